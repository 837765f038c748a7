-- Removes a store with its records and the index entries that lead to it.
-- KEYS: metadata, created_signal, items, metadata_items, id_to_name, name_to_id
-- ARGV: the store's name, then ids that may be its own
-- Gives 1, or 0 if there was nothing to remove.
local metadata, signal, items, metadata_items = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id_to_name, name_to_id = KEYS[5], KEYS[6]
local store = ARGV[1]

-- What can fail for a wrong type comes before the first change: a script is not rolled back. And
-- what is not Crawlee's is not removed.
local there = redis.call('HLEN', items) + redis.call('HLEN', metadata_items)
    + redis.call('LLEN', signal)
local document = redis.call('JSON.GET', metadata)
local indexed = redis.call('HGET', name_to_id, store)

local ids = {}
for at = 2, #ARGV do
    ids[#ids + 1] = ARGV[at]
end
if indexed then
    ids[#ids + 1] = indexed
end
if document then
    there = there + 1
    local read, fields = pcall(cjson.decode, document)
    if read and type(fields) == 'table' and type(fields.id) == 'string' then
        ids[#ids + 1] = fields.id
    end
end
-- An id that leads to another store is that store's, whatever this one's metadata says.
local own = {}
for _, id in ipairs(ids) do
    if redis.call('HGET', id_to_name, id) == store then
        own[#own + 1] = id
    end
end
-- Without any id the index is not read above, and its type not known.
redis.call('HLEN', id_to_name)

local no = refused(true, 'HDEL', id_to_name, 'larder asks')
    or refused(false, 'HDEL', name_to_id, store)
    or refused(false, 'UNLINK', metadata, signal, items, metadata_items)
if no then
    return no
end
-- UNLINK frees a large hash in the background, where DEL would stop the server.
redis.call('UNLINK', metadata, signal, items, metadata_items)
for _, id in ipairs(own) do
    there = there + redis.call('HDEL', id_to_name, id)
end
there = there + redis.call('HDEL', name_to_id, store)
return there > 0 and 1 or 0
