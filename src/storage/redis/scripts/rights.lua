-- Tells what this user may run. Changes nothing.
-- ARGV: commands, each with its words between NULs
-- Gives for each 1 or 0, or 2 for a command that the server does not know; nothing where it cannot tell.
if redis.acl_check_cmd then
    local told = {}
    for at, line in ipairs(ARGV) do
        local words = {}
        for word in string.gmatch(line, '[^%z]+') do
            table.insert(words, word)
        end
        local known, allowed = pcall(redis.acl_check_cmd, unpack(words))
        told[at] = known and (allowed and 1 or 0) or 2
    end
    return told
end
return false
