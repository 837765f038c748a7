#compdef larder
# zsh completion for larder. It asks larder itself, which knows what belongs where.
_larder() {
    # No emulate: the functions that name files need the options that completion sets.
    local -a typed answer offered about
    local line word
    typed=("${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}")
    answer=("${(@f)$(printf '%s\0' "${typed[@]}" | "${(Q)words[1]}" __complete zsh 2>/dev/null)}")
    case ${answer[1]} in
        files) _files; return ;;
        words) ;;
        *) return 1 ;;
    esac
    for line in "${answer[@]:1}"; do
        [[ -n $line ]] || continue
        word=${line%%$'\t'*}
        offered+=("$word")
        if [[ -n ${line#*$'\t'} ]]; then
            about+=("$word  ${line#*$'\t'}")
        else
            about+=("$word")
        fi
    done
    (( ${#offered} )) || return 1
    compadd -l -d about -a offered
}
if [[ ${funcstack[1]} == _larder ]]; then
    _larder "$@"
else
    compdef _larder larder
fi
