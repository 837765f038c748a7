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
redis.call('JSON.SET', metadata, '$.accessed_at', ARGV[1], 'XX')
redis.call('JSON.SET', metadata, '$.modified_at', ARGV[1], 'XX')
-- UNLINK frees a large hash in the background, where DEL would stop the server.
redis.call('UNLINK', items, metadata_items)
return records
