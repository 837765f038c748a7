-- Writes a record anew from what is stored: under another key, in another store, or with another
-- content type; and the times of the store that is written, in one step. The value stays on the server.
-- KEYS: items and metadata_items of the record; items, metadata_items and metadata of the store that
--       is written
-- ARGV: the time as JSON; 'move', 'copy' or 'retype'; the record's metadata as it was read, empty where
--       there is none; the value's size as it was read; the new metadata; then of the record, and of the
--       one that is written, five arguments each: the key and what is expected, as in expected.lua, or
--       'anything'
-- Gives 'done'; or 'missing' (no such store), 'conflict' (the record is not what is expected), 'taken'
-- (the one that is written is not), or 'changed' (it is no longer what was read).
local items, metadata_items = KEYS[1], KEYS[2]
local to_items, to_metadata_items, to_metadata = KEYS[3], KEYS[4], KEYS[5]
local time, kind, read, size, text = unpack(ARGV, 1, 5)
local FROM, TO = 6, 11
local key, to = ARGV[FROM], ARGV[TO]

-- What can fail for a wrong type comes before the first change: a script is not rolled back.
redis.call('HLEN', items)
redis.call('HLEN', metadata_items)
redis.call('HLEN', to_items)
redis.call('HLEN', to_metadata_items)
local store = redis.call('JSON.GET', to_metadata)
-- No record has it: what removes it changes nothing.
local none = key .. '\0larder asks'
while redis.call('HEXISTS', items, none) + redis.call('HEXISTS', metadata_items, none) > 0 do
    none = none .. '\0'
end
local no = refused(true, 'JSON.SET', to_metadata, '$.larder_asks', '0', 'XX')
    or refused(true, 'HGET', metadata_items, none)
    or refused(true, 'HSTRLEN', items, none)
    or refused(true, 'HGET', to_metadata_items, none)
    or refused(true, 'HSTRLEN', to_items, none)
    or refused(false, 'HSET', to_metadata_items, to, '')
if kind ~= 'retype' then
    no = no or refused(true, 'HGET', items, none) or refused(false, 'HSET', to_items, to, '')
end
if kind == 'move' then
    no = no or refused(true, 'HDEL', items, none) or refused(true, 'HDEL', metadata_items, none)
end
if no then
    return no
end

if not store then
    return 'missing'
end
local old = redis.call('HGET', metadata_items, key)
local has_value = redis.call('HEXISTS', items, key) == 1
if not old and not has_value then
    return 'conflict'
end
if (old or '') ~= read or redis.call('HSTRLEN', items, key) ~= tonumber(size) then
    return 'changed'
end
if ARGV[FROM + 1] ~= 'anything' and not is_expected(items, FROM, true, old) then
    return 'conflict'
end
if kind ~= 'retype' then
    local other = redis.call('HGET', to_metadata_items, to)
    local there = other or redis.call('HEXISTS', to_items, to) == 1
    if ARGV[TO + 1] ~= 'anything' and not is_expected(to_items, TO, there, other) then
        return 'taken'
    end
    local value = redis.call('HGET', items, key)
    if not value then
        return 'conflict'
    end
    redis.call('HSET', to_items, to, value)
end
redis.call('HSET', to_metadata_items, to, text)
if kind == 'move' then
    redis.call('HDEL', items, key)
    redis.call('HDEL', metadata_items, key)
end
-- Comes last, for a server without memory refuses it to a script that has not written before.
redis.pcall('JSON.SET', to_metadata, '$.accessed_at', time, 'XX')
redis.pcall('JSON.SET', to_metadata, '$.modified_at', time, 'XX')
return 'done'
