-- Removes all records of a store; its metadata and index entries stay.
-- KEYS: items, metadata_items, metadata
-- ARGV: the time as JSON
-- Gives how many records there were, or -1 if there was nothing of the store.
local items, metadata_items, metadata = KEYS[1], KEYS[2], KEYS[3]

-- What can fail for a wrong type comes before the first change: a script is not rolled back.
local records = math.max(redis.call('HLEN', items), redis.call('HLEN', metadata_items))
if not redis.call('JSON.GET', metadata) and records == 0 then
    return -1
end
local no = refused(true, 'JSON.SET', metadata, '$.larder_asks', '0', 'XX')
    or refused(false, 'UNLINK', items, metadata_items)
if no then
    return no
end

-- UNLINK frees a large hash in the background, where DEL would stop the server.
redis.call('UNLINK', items, metadata_items)
-- Comes last, for a server without memory refuses it to a script that has not written before. XX
-- leaves a store without metadata as it is.
redis.pcall('JSON.SET', metadata, '$.accessed_at', ARGV[1], 'XX')
redis.pcall('JSON.SET', metadata, '$.modified_at', ARGV[1], 'XX')
return records
