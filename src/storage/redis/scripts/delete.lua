-- Deletes records, both halves and the store's times in one step.
-- KEYS: items, metadata_items, metadata
-- ARGV: the time as JSON, then the keys
-- Gives how many records were there, in either half.
local items, metadata_items, metadata = KEYS[1], KEYS[2], KEYS[3]

-- What can fail for a wrong type comes before the first change: a script is not rolled back.
redis.call('HLEN', items)
redis.call('HLEN', metadata_items)
-- XX leaves a store without metadata as it is.
local function touch()
    for _, field in ipairs({'$.accessed_at', '$.modified_at'}) do
        local reply = redis.pcall('JSON.SET', metadata, field, ARGV[1], 'XX')
        if type(reply) == 'table' and reply.err then
            return reply
        end
    end
end
-- A server without memory refuses this, but what frees memory must not wait for memory: there it
-- comes after, when a script that has begun to write is let through.
local full = touch()
if full and not string.find(full.err, 'OOM', 1, true) then
    return full
end

local deleted = 0
for at = 2, #ARGV do
    local value = redis.call('HDEL', items, ARGV[at])
    local meta = redis.call('HDEL', metadata_items, ARGV[at])
    if value + meta > 0 then
        deleted = deleted + 1
    end
end
if full and deleted > 0 then
    touch()
end
return deleted
