use super::*;

#[test]
fn replies_are_known_by_their_first_word() {
    use ErrorKind::{
        Auth, CannotPersist, Cluster, Connection, Loading, NoJsonModule, NotSupported, OutOfMemory,
        Permission, ReadOnly, Server, Timeout, Usage, WrongType,
    };
    for (text, kind) in [
        ("NOPERM this user has no permissions to run the 'hget' command", Permission),
        ("NOPERM No permissions to access a key", Permission),
        ("LOADING Redis is loading the dataset in memory", Loading),
        ("READONLY You can't write against a read only replica.", ReadOnly),
        ("OOM command not allowed when used memory > 'maxmemory'.", OutOfMemory),
        ("MISCONF Redis is configured to save RDB snapshots, but", CannotPersist),
        ("WRONGTYPE Operation against a key holding the wrong kind of value", WrongType),
        ("ERR Existing key has wrong Redis type", WrongType),
        ("NOAUTH Authentication required.", Auth),
        ("WRONGPASS invalid username-password pair or user is disabled.", Auth),
        ("ERR invalid password", Auth),
        ("ERR unknown command 'JSON.GET', with args beginning with: 'k' ", NoJsonModule),
        ("ERR unknown command `json.set`, with args", NoJsonModule),
        ("ERR unknown command 'HSCAN'", NotSupported),
        ("NOSCRIPT No matching script. Please use EVAL.", Server),
        ("CROSSSLOT Keys in request don't hash to the same slot", Cluster),
        ("MOVED 3999 127.0.0.1:6381", Cluster),
        ("CLUSTERDOWN Hash slot not served", Connection),
        ("MASTERDOWN Link with MASTER is down", Connection),
        ("EXECABORT Transaction discarded because of previous errors.", Server),
        ("EXECABORT Transaction discarded because of: OOM command not allowed when", OutOfMemory),
        ("BUSY Redis is busy running a script.", Timeout),
        ("ERR DB index is out of range", Usage),
        ("ERR max number of clients reached", Connection),
        ("DENIED Redis is running in protected mode because", Auth),
    ] {
        let error = reply(text);
        assert_eq!(error.kind, kind, "{text}");
        assert!(!error.to_string().contains(['\n', '\r']), "{error}");
    }
}

#[test]
fn an_error_within_a_script_is_known_in_old_servers_too() {
    let text = "ERR Error running script (call to f_ab): @user_script:3: WRONGTYPE Operation \
                against a key";
    assert_eq!(reply(text).kind, ErrorKind::WrongType);
    let text = "ERR Error running script (call to f_ab): @user_script: 2: Unknown Redis \
                command called from Lua script";
    assert_eq!(reply(text).kind, ErrorKind::NotSupported);
    let text = "ERR Unknown Redis command called from script script: 9410, on @user_script:47.";
    assert!(reply(text).to_string().contains("rename-command"), "{}", reply(text));
}

#[test]
fn a_forbidden_eval_is_told_from_other_commands() {
    let forbidden = |name: &str| {
        reply(&format!("NOPERM this user has no permissions to run the '{name}' command"))
    };
    assert!(forbids_scripts(&forbidden("eval")));
    assert!(forbids_scripts(&reply("ERR unknown command 'EVAL', with args beginning with: ")));
    assert!(!forbids_scripts(&forbidden("hset")));
    assert!(!forbids_scripts(&reply("READONLY x")));
    assert_eq!(forbidden("client|info").problem, "the user may not run CLIENT INFO");
}

#[test]
fn what_is_forbidden_is_named() {
    let problem = |text: &str| {
        let error = reply(text);
        assert_eq!(error.kind, ErrorKind::Permission, "{text}");
        error.problem
    };
    let own = "NOPERM no permissions to run the 'HDEL' command on key_value_stores:id_to_name";
    assert_eq!(problem(own), "the user may not run HDEL on key_value_stores:id_to_name");
    let inner = "ERR ACL failure in script: User ann has no permissions to run the 'hlen' command \
                 script: on @user_script:1.";
    assert_eq!(problem(inner), "the user may not run HLEN");
    let exec = "EXECABORT Transaction discarded because of: this user has no permissions to run \
                the 'exec' command";
    assert_eq!(problem(exec), "the user may not run EXEC");
    for key in [
        "NOPERM No permissions to access a key",
        "ERR ACL failure in script: No permissions to access a key script: on @user_script:1.",
        "ERR The user executing the script can't access at least one of the keys mentioned in the \
         command arguments script: 229d, on @user_script:1.",
    ] {
        assert!(forbids_key(&reply(key)), "{key}");
    }
    assert!(!forbids_key(&reply(own)));
    for (text, cause) in [
        (own, Some(Cause::Command("HDEL".to_owned()))),
        ("NOPERM User ann has no permissions to run the 'client|info' command", {
            Some(Cause::Command("CLIENT INFO".to_owned()))
        }),
        ("ERR The user executing the script can't run this command or subcommand", None),
        ("NOPERM something new", None),
        (NOT_SERVED, Some(Cause::ClusterDown)),
        ("CLUSTERDOWN The cluster is down", Some(Cause::ClusterDown)),
        ("READONLY You can't write against a read only replica.", None),
    ] {
        assert_eq!(reply(text).cause, cause, "{text}");
    }
}

#[test]
fn arguments_that_a_server_quotes_are_left_out() {
    let text = "ERR unknown command 'AUTHX', with args beginning with: 'ann' 'hunter2' ";
    assert!(!reply(text).to_string().contains("hunter2"));
    let text = "ERR syntax error, with args beginning with: 'hunter2'";
    assert!(!reply(text).to_string().contains("hunter2"));
}
