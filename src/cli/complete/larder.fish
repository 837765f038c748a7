# fish completion for larder. It asks larder itself, which knows what belongs where.
function __larder_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l plain (string unescape -- $current 2>/dev/null)
    test (count $plain) -eq 1; or set plain (string trim --left --chars='\'"' -- $current)
    set -l answer (printf '%s\0' $words "$plain" | command $words[1] __complete fish 2>/dev/null)
    switch "$answer[1]"
        case files
            __fish_complete_path $current
        case words
            printf '%s\n' $answer[2..-1]
    end
end
complete -c larder -e
complete -c larder -f -a '(__larder_complete)'
