-- Stands before scripts whose changes can be taken back, for an older server refuses some of them
-- only when they are made.
local undo = {}

-- Runs a command that changes something; `back` is the command that takes it back, if any.
-- Gives an error reply if it was refused, after taking back what was changed before.
local function change(back, ...)
    local reply = redis.pcall(...)
    if type(reply) == 'table' and reply.err then
        for at = #undo, 1, -1 do
            redis.pcall(unpack(undo[at]))
        end
        undo = {}
        return reply
    end
    undo[#undo + 1] = back
end

