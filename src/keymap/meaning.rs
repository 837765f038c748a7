//! What an action does in the table of the keymap that its key is in, where that is more than its name says.

use super::action::{Action, Context, first_part};

impl Action {
    /// The line for the help, about the place where the key is pressed.
    pub const fn description_in(self, context: Context) -> &'static str {
        match (context, self) {
            (Context::Stores, Self::CopyKey) => "Copy the name to the clipboard",
            (Context::Keys | Context::Record, Self::CopyKey) => "Copy the key to the clipboard",
            (Context::Details, Self::CopyValue) => "Copy the line under the cursor",
            (Context::Row, Self::Previous) => "Go to the previous row",
            (Context::Row, Self::Next) => "Go to the next row",
            (Context::Contents, Self::Previous) => "Go to the page before",
            (Context::Contents, Self::Next) => "Go to the next page",
            (Context::Versions, Self::Previous) => "Go to the version before",
            (Context::Versions, Self::Next) => "Go to the next version",
            (Context::Found, Self::Open) => "Go to the value or the record",
            (Context::Totals, Self::Open) => "Show its records or rows",
            (Context::Asides, Self::Accept) => "Restore what is set aside",
            (Context::Asides, Self::Delete) => "Discard what is set aside",
            (Context::Staged, Self::Save) => "Save the staged edits together",
            (Context::Staged, Self::Open) => "Show what the edit changes",
            (Context::Staged, Self::Edit) => "Go on editing",
            (Context::Staged, Self::Delete) => "Discard the staged edit",
            (Context::Draft, Self::Accept) => "Go on with the draft",
            (Context::Draft, Self::NewRecord) => "Go on with it as a new record",
            (Context::Draft, Self::SaveValue) => "Save the draft to a file",
            (Context::Draft, Self::Delete) => "Discard the draft",
            (Context::Merge, Self::Edit) => "Type what is to be saved here",
            (Context::Merge, Self::NewRecord) => "Save yours as a new record",
            (Context::Merge, Self::Accept) => "Save what was chosen",
            (Context::Merge, Self::Previous) => "Go to the conflict before",
            (Context::Merge, Self::Next) => "Go to the next conflict",
            (Context::Places, Self::ConfirmYes) => "Replace this one",
            (Context::Places, Self::ConfirmNo) => "Leave this one",
            (Context::Places, Self::Replace) => "Replace this one and all others",
            (Context::Places, Self::Close) => "Stop: what is replaced stays",
            (Context::Review, Self::Accept) => "Save what is shown",
            (Context::Journal, Self::Accept) => "Show what the step changed",
            (Context::Targets, Self::Accept) => "Open the target",
            (Context::Help | Context::Palette, Self::Accept) => "Run what is under the cursor",
            (Context::Palette, Self::Pin) => "Unpin the record under the cursor",
            (_, action) => action.description(),
        }
    }

    /// The first part of that line: `Mark the record`.
    pub fn clause_in(self, context: Context) -> &'static str {
        first_part(self.description_in(context))
    }
}

#[cfg(test)]
mod tests {
    use super::super::KeyMap;
    use super::*;

    #[test]
    fn what_is_said_of_a_key_holds_where_it_is_pressed() {
        let keymap = KeyMap::default();
        for context in Context::ALL {
            for (action, _) in keymap.entries(*context) {
                let said = action.description_in(*context);
                let of_records = ["Delete the record", "Edit the record", "Write a new record"];
                let is_of_records = of_records.iter().any(|line| said.starts_with(line));
                assert!(!is_of_records || !context.is_in_front(), "{context}: {said}");
                assert!(
                    !said.contains("choice") || *context == Context::Prompt,
                    "{context}: {said}"
                );
            }
        }
        assert_eq!(Action::Edit.clause_in(Context::Keys), "Edit the record");
        assert_eq!(Action::Delete.clause_in(Context::Asides), "Discard what is set aside");
    }
}
