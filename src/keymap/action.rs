//! Everything a key can do, with its help line; and where it can do it.

use std::fmt;
use std::str::FromStr;

/// Makes an enum whose variants have a name in the keymap file, from one list.
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
            /// All of them.
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
    Help "help" "help" "Show what can be done, and with which key"
    Refresh "refresh" "refresh" "Read again what is shown"
    NextPane "next_pane" "next pane" "Go to the next pane"
    PreviousPane "previous_pane" "previous pane" "Go to the previous pane"
    Back "back" "back" "Clear the filter, the marks or the search, leave the group, or stop a read"
    Suspend "suspend" "suspend" "Stop larder and go to the shell; `fg` brings it back"
    ToggleMouse "toggle_mouse" "mouse" "Turn the mouse on or off, so that the terminal can select text"
    Palette "palette" "commands" "Find a command by its name, and run it"
    TypePassword "type_password" "password" "Type the password, for this run only"
    Targets "targets" "targets" "Open another target: a server or a directory"
    Crawl "crawl" "crawl" "Show the crawl: its request queues, datasets, crawlers and stores"
    FailedRequests "failed_requests" "failed" "Show the error pages of failed requests, in the default store"
    Jobs "jobs" "jobs" "Show what is under way: writes, walks and fetches"
    Journal "journal" "log" "Show what was done, and what of it can be undone"
    Staged "staged" "staged edits" "Show the staged edits: one list, one diff, saved together"
    Messages "messages" "messages" "Show messages: what was said so far"
    ToggleWatch "toggle_watch" "watch" "Watch for changes, or stop watching"
    Redraw "redraw" "redraw" "Draw the whole screen anew"
    Widen "widen" "wider" "Make the pane wider"
    Narrow "narrow" "narrower" "Make the pane narrower"
    Zoom "zoom" "zoom" "Give the pane all the room, or show the others again"

    Up "up" "up" "Go up a line"
    Down "down" "down" "Go down a line"
    PageUp "page_up" "page up" "Go up a page"
    PageDown "page_down" "page down" "Go down a page"
    Home "home" "first" "Go to the beginning"
    End "end" "last" "Go to the end"
    Left "left" "left" "Go left: scroll back, or go to the pane on the left"
    Right "right" "right" "Scroll right"
    Open "open" "open" "Open what is under the cursor, in the pane on the right"

    NewStore "new_store" "new" "Make a new store, or open one by its name or alias"
    Purge "purge" "purge" "Remove all records of the store; the store stays"
    Drop "drop" "drop" "Remove the store with all its records"
    FindLost "find_lost" "find lost" "Look through the whole server for stores that no index names"

    Filter "filter" "filter" "Show only what contains a text"
    Sort "sort" "sort" "Sort by the next column"
    ReverseSort "reverse_sort" "reverse" "Reverse the order"
    Mark "mark" "mark" "Mark the record, or take the mark away, and go down"
    MarkRange "mark_range" "range" "Begin a range of marks here, or mark all from where it was begun"
    MarkAll "mark_all" "mark all" "Mark all records that are shown"
    InvertMarks "invert_marks" "invert" "Mark what is shown and not marked, and unmark the rest of it"
    UnmarkAll "unmark_all" "unmark" "Clear the marks"
    Details "details" "details" "Show details: exact sizes, types and times"

    Follow "follow" "follow" "Follow new records: they come in at the top, and the view stays there"
    Groups "groups" "group" "Group keys by prefix: what they share up to a separator or a number"
    Totals "totals" "totals" "Show how much there is of each content type"

    NewRecord "new_record" "new" "Write a new record"
    Edit "edit" "edit" "Edit the record here"
    EditExternal "edit_external" "$EDITOR" "Edit the value in $VISUAL or $EDITOR"
    Rename "rename" "rename" "Give the record another key"
    Duplicate "duplicate" "duplicate" "Make a copy of the record, in this store or another"
    Retype "retype" "content type" "Give the record another content type; its value stays"
    Delete "delete" "delete" "Delete the record, or all marked records"
    Pin "pin" "pin" "Pin the record, or unpin it: the palette lists it first"
    CopyKey "copy_key" "copy key" "Copy the key or the name to the clipboard"
    CopyValue "copy_value" "copy value" "Copy the value to the clipboard"
    SaveValue "save_value" "save to file" "Save the value's bytes to a file"

    Wrap "wrap" "wrap" "Wrap long lines, or cut them"
    ViewMode "view_mode" "view" "Switch the view: rendered, text, source, hex"
    Fetch "fetch" "fetch" "Fetch a large value"
    Search "search" "search" "Search in the value"
    SearchNext "search_next" "next" "Go to the next match"
    SearchPrevious "search_previous" "previous" "Go to the previous match"

    SelectValue "select_value" "values" "Put a cursor on the values of the JSON, to change one alone"
    EditValue "edit_value" "edit value" "Edit the value under the cursor"
    OpenInner "open_inner" "open inside" "Edit what the value holds inside: JSON or text in a string, base64, gzip"
    AddMember "add_member" "add" "Add a member or an item behind the cursor"
    RenameMember "rename_member" "rename" "Give the member another name"
    CopyPath "copy_path" "copy path" "Copy where the value is, as `$.a[3].b`"
    RemoveMember "remove_member" "remove" "Remove the member or the item"

    Save "save" "save" "Store the record"
    Stage "stage" "stage" "Keep the edit in the list of staged edits, to be saved with others"
    SaveAsText "save_as_text" "save as text" "Store the record as plain text, JSON or not"
    NextField "next_field" "next field" "Go to the next field: key, content type, value"
    PreviousField "previous_field" "fields" "Go to the field before: key, content type, value"
    Undo "undo" "undo" "Undo the last change"
    Redo "redo" "redo" "Redo what was undone"
    Format "format" "format" "Lay the JSON out over lines"
    Cut "cut" "cut" "Cut what is selected"
    CopySelection "copy_selection" "copy" "Copy what is selected to the clipboard"
    PasteSelection "paste_selection" "paste" "Paste what was cut or copied here last"
    SelectAll "select_all" "select all" "Select the whole text"
    Replace "replace" "replace" "Replace a text everywhere"
    GoTo "go_to" "go to" "Go to a line or an offset"
    InsertMode "insert_mode" "insert" "Insert bytes, or type over them"
    SwitchColumn "switch_column" "column" "Type bytes as digits or as characters"
    Bracket "bracket" "bracket" "Go to the bracket that belongs to this one"
    Cancel "cancel" "cancel" "Close without doing anything"

    ConfirmYes "confirm_yes" "yes" "Do it"
    ConfirmNo "confirm_no" "no" "Do not do it"
    FreeNow "free_now" "free now" "Free the memory now, or set the store aside after all"
    Switch "switch" "switch" "Move between Yes and No"
    Accept "accept" "accept" "Take what is chosen or typed"
    Next "next" "next" "Go to the next choice"
    Previous "previous" "previous" "Go to the previous choice"
    TakeMine "take_mine" "mine" "Take what you typed"
    TakeTheirs "take_theirs" "theirs" "Take what someone else wrote"
    Complete "complete" "complete" "Take the name of the row under the cursor"
    CopyCommand "copy_command" "copy command" "Copy the shell command that does the same"
    CancelJob "cancel_job" "cancel" "Give up the job under the cursor"
    Close "close" "close" "Close this"
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

    /// The line for the help without what it adds: `Mark the record`.
    pub fn clause(self) -> &'static str {
        self.description().split([',', ':', ';', '(']).next().unwrap_or_default().trim_end()
    }

    /// The same for a sentence that a key begins: `marks the record`.
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

named! {
    /// Where a key is pressed.
    Context, "context";

    Global "global" "Everywhere" "In every pane; what a context binds itself goes first"
    Stores "stores" "Stores" "In the list of stores"
    Keys "keys" "Keys" "In the list of keys"
    Record "record" "Record" "In the pane that shows a value"
    Leaf "leaf" "JSON values" "While the cursor is on a value of the JSON"
    Editor "editor" "Editor" "While a record is edited"
    Confirm "confirm" "Dialogs" "While larder asks for a Yes or No"
    Prompt "prompt" "Prompts" "While a line of text is typed"
    Help "help" "Help" "While the help is open"
    Palette "palette" "Commands" "While a command is looked for by its name"
    Overlay "overlay" "Details" "While something is only looked at"
    Crawl "crawl" "The crawl" "While the list of what the crawl fills is open"
    Totals "totals" "Content types" "While the totals of content types are open"
    Jobs "jobs" "Jobs" "While the list of jobs is open"
    Draft "draft" "Draft" "While a draft that was found is offered"
    Review "review" "Review" "While a save is shown before it is made"
    Merge "merge" "Merge" "While what you typed meets what someone else wrote"
    Journal "journal" "Log" "While the log of what was done is open"
    Asides "asides" "Set aside" "While what a larder that ended has left set aside is offered"
    Staged "staged" "Staged edits" "While the list of staged edits is open"
    Targets "targets" "Targets" "While the list of targets is open"
}

impl Context {
    /// A title for the help.
    pub const fn title(self) -> &'static str {
        self.texts().0
    }

    /// Whether plain characters are typed here, so that none can be bound.
    pub const fn takes_text(self) -> bool {
        matches!(self, Self::Editor | Self::Prompt | Self::Palette)
    }

    /// Whether this stands in front of the panes: no plain character may act on them from here.
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
