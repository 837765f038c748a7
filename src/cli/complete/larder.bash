# bash completion for larder. It asks larder itself, which knows what belongs where.
_larder() {
    local program=$1 kind line
    [[ -x $program ]] || program=larder
    COMPREPLY=()
    {
        IFS= read -r kind || return 0
        if [[ $kind == files ]]; then
            compopt -o default 2>/dev/null
            return 0
        fi
        while IFS= read -r line; do COMPREPLY+=("$line"); done
    } < <(printf '%s\0' "${COMP_LINE:0:COMP_POINT}" "$2" | "$program" __complete bash 2>/dev/null)
    # A value follows at once.
    if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == --*= ]]; then compopt -o nospace 2>/dev/null; fi
    return 0
}
complete -F _larder larder
