//! All actions of keys, with their help lines, and the contexts in which they are done.

use std::fmt;
use std::str::FromStr;

/// Makes an enum whose variants have names in the keymap file, from one list.
macro_rules! named {
    (
        $(#[$meta:meta])* $enum:ident, $what:literal;
        $($variant:ident $name:literal $short:literal $long:literal)*
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $enum {
            $(#[doc = $long] $variant,)*
        }

        impl $enum {
            /// All variants.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name in the keymap file, in `snake_case`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            const fn texts(self) -> (&'static str, &'static str) {
                match self {
                    $(Self::$variant => ($short, $long),)*
                }
            }
        }

        impl FromStr for $enum {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($name => Ok(Self::$variant),)*
                    _ => Err(format!(concat!("there is no ", $what, " `{}`"), text)),
                }
            }
        }

        impl fmt::Display for $enum {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

named! {
    /// Something a key can do.
    Action, "action";

    Quit "quit" "quit" "Quit"
    Help "help" "help" "Show all commands and their keys"
    Refresh "refresh" "refresh" "Refresh what is shown"
    NextPane "next_pane" "next pane" "Go to the next pane"
    PreviousPane "previous_pane" "previous pane" "Go to the previous pane"
    StoresPane "stores_pane" "stores" "Go to the stores"
    KeysPane "keys_pane" "keys" "Go to the keys"
    RecordPane "record_pane" "value" "Go to the value"
    GoBack "go_back" "go back" "Go back to where you were before"
    GoForward "go_forward" "go forward" "Go forward again"
    Back "back" "back" "Clear filter, marks, search or group"
    Suspend "suspend" "suspend" "Suspend to the shell (`fg` returns)"
    ToggleMouse "toggle_mouse" "mouse" "Toggle the mouse (off: select text)"
    Palette "palette" "commands" "Find and run a command"
    TypePassword "type_password" "password" "Type the password, for this run"
    Targets "targets" "targets" "Open another server or directory"
    Crawl "crawl" "crawl" "Show the crawl: queues, datasets, stores"
    FailedRequests "failed_requests" "error pages" "Show error pages of failed requests"
    Jobs "jobs" "jobs" "Show jobs: writes, reads and fetches"
    Journal "journal" "log" "Show the log, to undo from"
    Staged "staged" "staged edits" "Show staged edits, saved together"
    Messages "messages" "messages" "Show earlier messages"
    ToggleWatch "toggle_watch" "watch" "Watch for changes, or pause"
    Redraw "redraw" "redraw" "Redraw the screen"
    Widen "widen" "wider" "Widen the pane"
    Narrow "narrow" "narrower" "Narrow the pane"
    Zoom "zoom" "zoom" "Zoom the pane, or show all panes"

    Up "up" "up" "Go up a line"
    Down "down" "down" "Go down a line"
    PageUp "page_up" "page up" "Go up a page"
    PageDown "page_down" "page down" "Go down a page"
    Home "home" "first" "Go to the beginning"
    End "end" "last" "Go to the end"
    Left "left" "left" "Go left: scroll, or previous pane"
    Right "right" "right" "Scroll right"
    Open "open" "open" "Open what is under the cursor"
    ValueDown "value_down" "value down" "Scroll the value down from here"
    ValueUp "value_up" "value up" "Scroll the value up from here"

    NewStore "new_store" "new" "Create a store, or open one by name"
    Purge "purge" "purge" "Purge all records, keep the store"
    Drop "drop" "drop" "Drop the store with all its records"
    FindLost "find_lost" "find unlisted" "Find unlisted stores (scans the server)"

    Filter "filter" "filter" "Filter the list: text, fuzzy, regex, type"
    Sort "sort" "sort" "Sort by the next column"
    ReverseSort "reverse_sort" "reverse" "Reverse order"
    Mark "mark" "mark" "Mark the record, or unmark it"
    MarkRange "mark_range" "range" "Mark a range, from here to there"
    MarkAll "mark_all" "mark all" "Mark all shown records"
    InvertMarks "invert_marks" "invert" "Invert marks of shown records"
    UnmarkAll "unmark_all" "unmark" "Clear marks"
    Details "details" "details" "Show details: sizes, types, times"

    Follow "follow" "follow" "Follow new records, at the top"
    Groups "groups" "group" "Group keys by prefix"
    Totals "totals" "totals" "Show totals by content type"

    NewRecord "new_record" "new" "Write a new record"
    Edit "edit" "edit" "Edit the record"
    EditExternal "edit_external" "$EDITOR" "Edit the value in $VISUAL or $EDITOR"
    Rename "rename" "rename" "Rename the record"
    Duplicate "duplicate" "duplicate" "Duplicate the record, here or elsewhere"
    Retype "retype" "content type" "Change the content type, keep the value"
    Delete "delete" "delete" "Delete the record, or all marked records"
    Pin "pin" "pin" "Pin the record in the palette, or unpin"
    CopyKey "copy_key" "copy key" "Copy the key or the name to the clipboard"
    CopyValue "copy_value" "copy value" "Copy the value to the clipboard"
    SaveValue "save_value" "save to file" "Save the value to a file"
    OpenExternal "open_external" "open with" "Open the value in another program"

    Wrap "wrap" "wrap" "Wrap long lines, or cut them"
    ViewMode "view_mode" "view" "Switch the view: table, source, hex"
    PreviousView "previous_view" "view back" "Go back to the view before"
    Pictures "pictures" "sharp picture" "Draw pictures sharp, or in characters"
    Versions "versions" "versions" "Show what changed while it was open"
    Compare "compare" "compare" "Compare two records, or one with a file"
    OtherHalf "other_half" "page, picture" "Go to the picture of the page, or back"
    CompareFrom "compare_from" "compare here" "Compare from this version on"
    Fetch "fetch" "fetch" "Fetch a large value"
    Search "search" "search" "Search in the value"
    SearchNext "search_next" "next" "Go to the next match"
    SearchPrevious "search_previous" "previous" "Go to the previous match"

    FindPath "find_path" "find path" "Find JSON values by path: `$.a[*].b`"
    SelectValue "select_value" "values" "Select a value, cell, link or entry"
    NextEntry "next_entry" "next entry" "Open the next entry of the archive"
    PreviousEntry "previous_entry" "previous entry" "Open the previous entry of the archive"
    SortColumn "sort_column" "sort" "Sort by the column: up, down, as stored"
    FilterColumn "filter_column" "filter" "Keep rows by what the column holds"
    CountValues "count_values" "count values" "Count the values of the column"
    ShowRow "show_row" "show row" "Show the row as a record"
    ShowAll "show_all" "all rows" "Show all rows, as they are stored"
    EditValue "edit_value" "edit value" "Edit the value under the cursor"
    OpenInner "open_inner" "open inside" "Edit inside the value: string, base64"
    AddMember "add_member" "add" "Add a member or an item"
    RenameMember "rename_member" "rename" "Rename the member"
    CopyPath "copy_path" "copy path" "Copy the path, as `$.a[3].b`"
    CopyJqPath "copy_jq_path" "jq path" "Copy the path for jq, as `.a[3].b`"
    CopyPythonPath "copy_python_path" "Python path" "Copy the path for Python, as `data[\"a\"]`"
    ToggleFold "toggle_fold" "fold" "Fold the object or list, or unfold it"
    FoldBeside "fold_beside" "fold level" "Fold all objects and lists at this level"
    UnfoldAll "unfold_all" "unfold all" "Unfold all objects and lists"
    NextBeside "next_beside" "next" "Go to the next value at this level"
    PreviousBeside "previous_beside" "previous" "Go to the previous value at this level"
    RemoveMember "remove_member" "remove" "Remove the member or item"

    Save "save" "save" "Save the record"
    Stage "stage" "stage" "Stage the edit, to save with others"
    SaveAsText "save_as_text" "save as text" "Save as plain text, JSON or not"
    NextField "next_field" "next field" "Go to the next field"
    PreviousField "previous_field" "fields" "Go to the previous field"
    Undo "undo" "undo" "Undo the last change"
    Redo "redo" "redo" "Redo what was undone"
    Format "format" "format" "Format the JSON"
    Cut "cut" "cut" "Cut the selection"
    CopySelection "copy_selection" "copy" "Copy the selection to the clipboard"
    PasteSelection "paste_selection" "paste" "Paste what was cut or copied"
    SelectAll "select_all" "select all" "Select all text"
    Replace "replace" "replace" "Replace a text everywhere"
    GoTo "go_to" "go to" "Go to a line or an offset"
    InsertMode "insert_mode" "insert" "Insert bytes, or type over them"
    SwitchColumn "switch_column" "column" "Type bytes as digits or as characters"
    Bracket "bracket" "bracket" "Go to the matching bracket"
    Cancel "cancel" "cancel" "Cancel, and change nothing"

    ConfirmYes "confirm_yes" "yes" "Do it"
    ConfirmNo "confirm_no" "no" "Do not do it"
    FreeNow "free_now" "free now" "Remove without undo, or set aside"
    KeepDraft "keep_draft" "keep draft" "Leave, and keep what was typed as a draft"
    Switch "switch" "switch" "Move between Yes and No"
    Accept "accept" "accept" "Accept what is chosen or typed"
    Next "next" "next" "Go to the next choice"
    Previous "previous" "previous" "Go to the previous choice"
    TakeMine "take_mine" "mine" "Take what you typed"
    TakeTheirs "take_theirs" "theirs" "Take what someone else wrote"
    Complete "complete" "complete" "Complete the name under the cursor"
    CopyCommand "copy_command" "copy command" "Copy the shell command that does the same"
    CancelJob "cancel_job" "cancel" "Cancel the job"
    Close "close" "close" "Close the dialog"
}

impl Action {
    /// A word or two for the footer.
    pub const fn hint(self) -> &'static str {
        self.texts().0
    }

    /// The line for the help.
    pub const fn description(self) -> &'static str {
        self.texts().1
    }

    /// The first part of the help's line: `Mark the record`.
    pub fn clause(self) -> &'static str {
        first_part(self.description())
    }

    /// The same, for a sentence that begins with a key: `marks the record`.
    pub fn does(self) -> String {
        let what = self.clause();
        let (verb, rest) = what.split_once(' ').unwrap_or((what, ""));
        let verb = verb.to_lowercase();
        let hisses = ["s", "x", "ch", "sh", "o"].iter().any(|end| verb.ends_with(end));
        let verb = match verb.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o'])) {
            Some(stem) => format!("{stem}ies"),
            None => format!("{verb}{}", if hisses { "es" } else { "s" }),
        };
        format!("{verb} {}", rest.trim_end()).trim_end().to_owned()
    }
}

/// A line up to its first sign.
pub(super) fn first_part(line: &'static str) -> &'static str {
    line.split([',', ':', ';', '(']).next().unwrap_or_default().trim_end()
}

named! {
    /// Where a key is pressed.
    Context, "context";

    Global "global" "Everywhere" "In every pane; what a context binds itself goes first"
    Stores "stores" "Stores" "In the list of stores"
    Keys "keys" "Keys" "In the list of keys"
    Record "record" "Record" "In the pane that shows a value"
    Leaf "leaf" "JSON values" "While the cursor is on a value of the JSON"
    Table "table" "Tables" "While the cursor is on a cell of a table"
    Row "row" "Row" "While a row of a table is shown as a record"
    Contents "contents" "Requests, items" "While requests or items are looked at"
    Found "found" "Found values" "While values that a path leads to, a page's links, or an archive's entries are listed"
    Editor "editor" "Editor" "While a record is edited"
    Confirm "confirm" "Dialogs" "While larder asks for a Yes or No"
    Places "places" "Replace" "While each place of a text is asked for"
    Prompt "prompt" "Prompts" "While a line of text is typed"
    Help "help" "Help" "While the help is open"
    Palette "palette" "Commands" "While a command is looked for by its name"
    Details "details" "Details" "While details of a store or a record are open"
    Overlay "overlay" "To be read" "While something is only looked at"
    Crawl "crawl" "The crawl" "While the list of what the crawl fills is open"
    Totals "totals" "Content types" "While the totals of content types are open"
    Jobs "jobs" "Jobs" "While the list of jobs is open"
    Draft "draft" "Draft" "While a draft that was found is offered"
    Review "review" "Review" "While a save is shown before it is made"
    Merge "merge" "Merge" "While what you typed meets what someone else wrote"
    Journal "journal" "Log" "While the log of what was done is open"
    Versions "versions" "Versions" "While versions of a record are compared"
    Asides "asides" "Set aside" "While what a larder that ended has left set aside is offered"
    Staged "staged" "Staged edits" "While the list of staged edits is open"
    Targets "targets" "Targets" "While the list of targets is open"
}

impl Context {
    /// The title in the help.
    pub const fn title(self) -> &'static str {
        self.texts().0
    }

    /// Whether plain characters are typed in this context, so that none can be bound.
    pub const fn takes_text(self) -> bool {
        matches!(self, Self::Editor | Self::Prompt | Self::Palette)
    }

    /// Whether this context is in front of the panes: no plain character may act on the panes from here.
    pub const fn is_in_front(self) -> bool {
        !matches!(self, Self::Global | Self::Stores | Self::Keys | Self::Record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for action in Action::ALL {
            assert_eq!(action.name().parse(), Ok(*action));
            assert!(action.name().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
            assert!(!action.hint().is_empty() && action.hint().len() <= 14, "{action}");
        }
        for context in Context::ALL {
            assert_eq!(context.name().parse(), Ok(*context));
        }
        for (action, does) in [
            (Action::Follow, "follows new records"),
            (Action::CopyKey, "copies the key or the name to the clipboard"),
            (Action::Fetch, "fetches a large value"),
            (Action::SearchNext, "goes to the next match"),
            (Action::Mark, "marks the record"),
            (Action::Quit, "quits"),
        ] {
            assert_eq!(action.does(), does);
        }
        assert_eq!("fly".parse::<Action>(), Err("there is no action `fly`".into()));
    }
}
