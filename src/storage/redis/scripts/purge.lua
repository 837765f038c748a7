-- Removes all records of a store; its metadata and index entries stay.
-- KEYS: items, metadata_items, metadata, name_to_id
-- ARGV: the time as JSON, the store's name
-- Gives how many records there were, or -1 if there is no such store.
local items, metadata_items, metadata, name_to_id = KEYS[1], KEYS[2], KEYS[3], KEYS[4]

local values = redis.call('HLEN', items)
local records = math.max(values, redis.call('HLEN', metadata_items))
if not redis.call('JSON.GET', metadata) and records == 0
    and redis.call('HEXISTS', name_to_id, ARGV[2]) == 0 then
    return -1
end

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
-- UNLINK frees a large hash in the background, where DEL would stop the server.
local freed = redis.call('UNLINK', items, metadata_items)
if full and freed > 0 then
    touch()
end
return records
