-- Sets a store or its records aside: renames its hashes, and keeps the rest of it in a marker.
-- KEYS: metadata, created_signal, items, metadata_items, the same two set aside, the marker, the
--       store's list of asides; then, for a user who may use more than one store, the list of all
--       asides, and for a store id_to_name and name_to_id
-- ARGV: 'records' or 'store', the aside's id, the store's name, the time, after how many seconds
--       the marker expires, who sets it aside, then ids that may be the store's own
-- Gives how many records there were, or -1 if there was nothing of the store.
local metadata, signal, items, metadata_items = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local aside_items, aside_metadata_items, marker, list = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local asides, id_to_name, name_to_id = KEYS[9], KEYS[10], KEYS[11]
local what, id, store, time, life, by = unpack(ARGV, 1, 6)
local whole = what == 'store'

-- What can fail for a wrong type comes before the first change: a script is not rolled back.
local values, records = redis.call('HLEN', items), redis.call('HLEN', metadata_items)
local document = redis.call('JSON.GET', metadata)
redis.call('HLEN', list)
if asides then
    redis.call('HLEN', asides)
end
local there = values + records + (document and 1 or 0)
local kept = {'what', what, 'at', time}
local signals, indexed, own = 0, nil, {}
local own_id
if document then
    kept[#kept + 1], kept[#kept + 2] = 'document', document
    local read, fields = pcall(cjson.decode, document)
    if read and type(fields) == 'table' and type(fields.id) == 'string' then
        own_id = fields.id
    end
end
if whole then
    signals = redis.call('LLEN', signal)
    indexed = redis.call('HGET', name_to_id, store)
    redis.call('HLEN', id_to_name)
    local ids = {indexed or own_id, own_id}
    for at = 7, #ARGV do
        ids[#ids + 1] = ARGV[at]
    end
    -- An id that leads to another store is that store's, whatever this one's metadata says.
    for _, each in ipairs(ids) do
        if redis.call('HGET', id_to_name, each) == store then
            own[each] = true
        end
    end
    there = there + signals + (indexed and 1 or 0) + (next(own) and 1 or 0)
    if indexed then
        kept[#kept + 1], kept[#kept + 2] = 'name_to_id', indexed
    end
elseif own_id then
    -- For the case that the store is dropped meanwhile.
    own[own_id] = true
    kept[#kept + 1], kept[#kept + 2] = 'name_to_id', own_id
end
if there == 0 then
    return -1
end

local no = refused(false, 'HSET', marker, 'what', what)
    or refused(false, 'EXPIRE', marker, life)
    or refused(false, 'HSET', list, id, what)
    or (asides and refused(false, 'HSET', asides, id, store))
    or refused(false, 'RENAME', items, aside_items)
    or refused(false, 'RENAME', metadata_items, aside_metadata_items)
if whole then
    no = no or refused(true, 'HDEL', id_to_name, 'larder asks')
        or refused(false, 'HDEL', name_to_id, store)
        or refused(false, 'UNLINK', metadata, signal)
else
    no = no or refused(true, 'JSON.SET', metadata, '$.larder_asks', '0', 'XX')
end
if no then
    return no
end

if values > 0 then
    no = change({'RENAME', aside_items, items}, 'RENAME', items, aside_items)
end
if records > 0 and not no then
    no = change({'RENAME', aside_metadata_items, metadata_items},
        'RENAME', metadata_items, aside_metadata_items)
end
-- Nothing of a store that was empty already is kept.
local keeps = whole or values + records > 0
if keeps and not no then
    -- Either takes the marker back, whichever is allowed.
    undo[#undo + 1] = {'UNLINK', marker}
    no = change({'HDEL', marker, 'what', 'at', 'document', 'name_to_id'},
        'HSET', marker, unpack(kept)) or change(nil, 'EXPIRE', marker, life)
    for each in pairs(own) do
        no = no or change({'HDEL', marker, 'id:' .. each}, 'HSET', marker, 'id:' .. each, '')
    end
end
if whole then
    if document and not no then
        no = change({'JSON.SET', metadata, '$', document}, 'UNLINK', metadata)
    end
    if signals > 0 and not no then
        no = change({'LPUSH', signal, '1'}, 'UNLINK', signal)
    end
    for each in pairs(own) do
        no = no or change({'HSET', id_to_name, each, store}, 'HDEL', id_to_name, each)
    end
    if indexed and not no then
        no = change({'HSET', name_to_id, store, indexed}, 'HDEL', name_to_id, store)
    end
end
if keeps then
    -- With its time: what has lost its marker early, for the server evicts what expires, is kept.
    no = no or change({'HDEL', list, id}, 'HSET', list, id, what .. ' ' .. time .. ' ' .. by)
    if asides then
        no = no or change(nil, 'HSET', asides, id, store)
    end
end
if no then
    return no
end
-- Comes last, for a server without memory refuses it to a script that has not written before. XX
-- leaves a store without metadata as it is.
if not whole then
    redis.pcall('JSON.SET', metadata, '$.accessed_at', '"' .. time .. '"', 'XX')
    redis.pcall('JSON.SET', metadata, '$.modified_at', '"' .. time .. '"', 'XX')
end
return math.max(values, records)
