-- Puts back what was set aside: of a store that is gone, what it was; and all records in one step,
-- if it has none now, or so few that they are put over the others: then older ones of the same keys
-- stay set aside.
-- KEYS: metadata, created_signal, items, metadata_items, the same two set aside, the marker, the
--       store's list of asides; then, for a user who may use more than one store, the list of all
--       asides, id_to_name and name_to_id
-- ARGV: the aside's id, the store's name, the time, after how many seconds the marker expires, the
--       time at which it does, the time before which what has no marker has expired, how many records
--       are few, how many bytes, and for how many seconds they are looked at
-- Gives how many records were put back, and where new ones were put over them also how many stay; -1
-- if nothing is set aside; -2 if another opener is making the store; -3 if it has too many records, so
-- that those that it lacks are to be put back step by step; -4 if the store is gone, and what it was
-- went with the marker; -5 if looking at few records has taken too long: once more, it goes on faster.
local metadata, signal, items, metadata_items = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local aside_items, aside_metadata_items, marker, list = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local asides, id_to_name, name_to_id = KEYS[9], KEYS[10], KEYS[11]
local id, store, time, life, until_then, oldest, few, few_bytes, seconds = unpack(ARGV)

local listed = redis.call('HGET', list, id)
if not listed then
    return -1
end
-- What can fail for a wrong type comes before the first change: a script is not rolled back.
local fields, own = {}, {}
local kept = redis.call('HGETALL', marker)
for at = 1, #kept, 2 do
    if string.sub(kept[at], 1, 3) == 'id:' then
        own[#own + 1] = string.sub(kept[at], 4)
    else
        fields[kept[at]] = kept[at + 1]
    end
end
local values = redis.call('HLEN', aside_items)
local records = redis.call('HLEN', aside_metadata_items)
local what, at = string.match(listed, '^(%a+) (%S+)')
if not fields.what and what and at > oldest and values + records > 0 then
    if not redis.call('JSON.GET', metadata) then
        return -4
    end
    fields.what = what
end
if not fields.what or (fields.what == 'records' and values + records == 0) then
    return -1
end
local now = redis.call('HLEN', items) + redis.call('HLEN', metadata_items)
local gone = not redis.call('JSON.GET', metadata)
    and (fields.document or fields.name_to_id or #own > 0)
local signals = 1
if gone and not name_to_id then
    return redis.error_reply("NOPERM no permissions to access the keys of all stores")
end
if gone then
    signals = redis.call('LLEN', signal)
    redis.call('HLEN', id_to_name)
    local claimed = redis.call('HGET', name_to_id, store)
    if claimed and claimed ~= fields.name_to_id then
        return -2
    end
    -- An id that leads to another store by now is that store's.
    for at = #own, 1, -1 do
        if redis.call('HEXISTS', id_to_name, own[at]) == 1 then
            table.remove(own, at)
        end
    end
end

-- The keys of what came since, if that is few: bytes are looked at before they are read. 'again' where that
-- takes long, for the records are in no cache of the processor's: then they are by now.
local function keys_of_few()
    local keys, known, bytes = {}, {}, 0
    if now > 2 * tonumber(few) then
        return
    end
    for _, half in ipairs({items, metadata_items}) do
        for _, key in ipairs(redis.call('HKEYS', half)) do
            if not known[key] then
                known[key] = true
                keys[#keys + 1] = key
                for _, hash in ipairs({items, metadata_items, aside_items, aside_metadata_items}) do
                    bytes = bytes + redis.call('HSTRLEN', hash, key)
                end
                if #keys > tonumber(few) or bytes > tonumber(few_bytes) then
                    return
                end
                if clock() - begun > tonumber(seconds) then
                    return 'again'
                end
            end
        end
    end
    return keys
end

-- Renames half of what is set aside, with the few new records in place of older ones, which stay.
local function put_under(hash, aside, keys, new)
    local old = redis.call('HMGET', aside, unpack(keys))
    local gone, back, stay = {}, {}, {}
    for at, key in ipairs(keys) do
        if old[at] then
            stay[#stay + 1], stay[#stay + 2] = key, old[at]
            gone[#gone + 1] = not new[at] and key or nil
        end
        if new[at] then
            back[#back + 1], back[#back + 2] = key, new[at]
        end
    end
    redis.call('RENAME', aside, hash)
    if #gone > 0 then
        redis.call('HDEL', hash, unpack(gone))
    end
    if #back > 0 then
        redis.call('HSET', hash, unpack(back))
    end
    if #stay > 0 then
        redis.call('HSET', aside, unpack(stay))
    end
end

local no = refused(false, 'HDEL', list, id) or (asides and refused(false, 'HDEL', asides, id))
    or refused(false, 'UNLINK', marker)
    or refused(false, 'EXPIRE', marker, life)
    or refused(true, 'JSON.SET', metadata, '$.larder_asks', '0', 'XX')
    or refused(false, 'RENAME', aside_items, items)
    or refused(false, 'RENAME', aside_metadata_items, metadata_items)
if gone then
    no = no or refused(false, 'HSET', name_to_id, store, '')
        or refused(false, 'HSET', id_to_name, 'larder asks', store)
        or refused(false, 'LPUSH', signal, '1')
end
if no then
    return no
end

local over
if now > 0 and values + records > 0 and redis.acl_check_cmd then
    -- An older server would refuse some of it only when it is half done.
    local lacks = false
    for _, hash in ipairs({items, metadata_items, aside_items, aside_metadata_items}) do
        lacks = lacks or refused(false, 'HSET', hash, '', '') or refused(false, 'HDEL', hash, '')
            or refused(false, 'HKEYS', hash) or refused(false, 'HSTRLEN', hash, '')
            or refused(false, 'HMGET', hash, '')
    end
    over = not lacks and keys_of_few()
    if over == 'again' then
        return -5
    end
end

if now == 0 and values > 0 then
    no = change({'RENAME', items, aside_items}, 'RENAME', aside_items, items)
end
if now == 0 and records > 0 and not no then
    no = change({'RENAME', metadata_items, aside_metadata_items},
        'RENAME', aside_metadata_items, metadata_items)
end
if gone then
    if fields.document and not no then
        no = change({'UNLINK', metadata}, 'JSON.SET', metadata, '$', fields.document)
    end
    -- Crawlee's losers of a race take the one element and push it back.
    if fields.document and signals == 0 and not no then
        no = change({'UNLINK', signal}, 'LPUSH', signal, '1')
    end
    for _, each in ipairs(own) do
        no = no or change({'HDEL', id_to_name, each}, 'HSET', id_to_name, each, store)
    end
    if fields.name_to_id and not no then
        no = change({'HDEL', name_to_id, store}, 'HSET', name_to_id, store, fields.name_to_id)
    end
end
local left = 0
if over and not no then
    local new = redis.call('HMGET', items, unpack(over))
    local new_records = redis.call('HMGET', metadata_items, unpack(over))
    if values > 0 then
        put_under(items, aside_items, over, new)
    end
    if records > 0 then
        put_under(metadata_items, aside_metadata_items, over, new_records)
    end
    left = math.max(redis.call('HLEN', aside_items), redis.call('HLEN', aside_metadata_items))
end
if no then
    return no
end
if now == 0 or values + records == 0 or (over and left == 0) then
    no = change({'HSET', list, id, listed}, 'HDEL', list, id)
    if asides then
        no = no or change(nil, 'HDEL', asides, id)
    end
    if no then
        return no
    end
    -- One that stays expires.
    redis.pcall('UNLINK', marker)
else
    -- It is not to expire on the way.
    if #kept > 0 then
        redis.pcall('HSET', marker, 'until', until_then)
    end
    redis.pcall('EXPIRE', marker, life)
end
-- XX leaves a store without metadata as it is.
redis.pcall('JSON.SET', metadata, '$.accessed_at', '"' .. time .. '"', 'XX')
redis.pcall('JSON.SET', metadata, '$.modified_at', '"' .. time .. '"', 'XX')
if over then
    return {math.max(values, records) - left, left}
end
if now > 0 and values + records > 0 then
    return -3
end
return math.max(values, records)
