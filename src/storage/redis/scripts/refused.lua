-- Stands before each script that changes something. A script is not rolled back, so what the user
-- may be refused is asked for before the first change.
-- Gives an error reply if this user may not run a command on these keys, else nothing. A server
-- older than Redis 7 cannot be asked: there a command that changes nothing as it stands (`harmless`)
-- is run, and one that would change something must be the script's first change. One that is switched
-- off on the server is no question that can be asked.
local function refused(harmless, ...)
    if redis.acl_check_cmd then
        local name, key = ...
        local known, allowed = pcall(redis.acl_check_cmd, ...)
        if not known then
            return redis.error_reply("ERR unknown command '" .. name .. "'")
        end
        if not allowed then
            return redis.error_reply("NOPERM no permissions to run the '" .. name
                .. "' command on " .. key)
        end
    elseif harmless then
        local reply = redis.pcall(...)
        -- What frees memory must not wait for memory.
        if type(reply) == 'table' and reply.err and not string.find(reply.err, 'OOM', 1, true) then
            return reply
        end
    end
end

