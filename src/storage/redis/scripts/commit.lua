-- Changes records of one store, each only if it is what is expected, and the store's times, in one
-- step. All changes of a call are of one kind. Of many records a part is done where time is over: to
-- free large values takes long, and records that have left the processor's caches.
-- KEYS: items, metadata_items, metadata
-- ARGV: the time as JSON, 'put' or 'remove', for how many seconds, then for each record: its key; what is expected
--       ('anything', 'absent', 'bytes', 'digest' or 'size'); the expected bytes, or their SHA-1
--       digest; the expected size; the expected content type, empty where it was unknown; the new
--       value; the new metadata
-- Gives for each record of that part 'put', 'removed', 'nothing' (there was nothing to remove), 'conflict', or
-- 'missing' (no such store).
local items, metadata_items, metadata = KEYS[1], KEYS[2], KEYS[3]
local time, kind, seconds = ARGV[1], ARGV[2], tonumber(ARGV[3])
local first = 4

-- What can fail for a wrong type comes before the first change: a script is not rolled back.
redis.call('HLEN', items)
redis.call('HLEN', metadata_items)
local store = redis.call('JSON.GET', metadata)
local no = refused(true, 'JSON.SET', metadata, '$.larder_asks', '0', 'XX')
if kind == 'put' then
    no = no or refused(false, 'HSET', items, ARGV[first], '')
        or refused(false, 'HSET', metadata_items, ARGV[first], '')
else
    no = no or refused(false, 'HDEL', items, ARGV[first])
        or refused(false, 'HDEL', metadata_items, ARGV[first])
end
-- Before the first change too, for not every record may be compared.
for at = first, #ARGV, 7 do
    if ARGV[at + 1] ~= 'anything' then
        no = no or refused(true, 'HGET', metadata_items, ARGV[at])
            or refused(true, 'HEXISTS', items, ARGV[at])
            or refused(true, 'HSTRLEN', items, ARGV[at])
        break
    end
end
if no then
    return no
end

local results, changed = {}, false

local function change(at)
    local key, mode = ARGV[at], ARGV[at + 1]
    if kind == 'put' and not store then
        return 'missing'
    end
    -- What is not compared is not read: the user may not be allowed to.
    if mode ~= 'anything' then
        local old = redis.call('HGET', metadata_items, key)
        local there = old or redis.call('HEXISTS', items, key) == 1
        if kind == 'remove' and not there then
            return 'nothing'
        elseif not is_expected(items, at, there, old) then
            return 'conflict'
        end
    end
    if kind == 'put' then
        redis.call('HSET', items, key, ARGV[at + 5])
        redis.call('HSET', metadata_items, key, ARGV[at + 6])
        changed = true
        return 'put'
    end
    local gone = redis.call('HDEL', items, key) + redis.call('HDEL', metadata_items, key) > 0
    changed = changed or gone
    return gone and 'removed' or 'nothing'
end

for at = first, #ARGV, 7 do
    results[#results + 1] = change(at)
    if clock() - begun > seconds then
        break
    end
end
-- Comes last, for a server without memory refuses it to a script that has not written before. XX
-- leaves a store without metadata as it is.
if changed then
    redis.pcall('JSON.SET', metadata, '$.accessed_at', time, 'XX')
    redis.pcall('JSON.SET', metadata, '$.modified_at', time, 'XX')
end
return results
