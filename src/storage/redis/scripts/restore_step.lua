-- Puts back some of the records that were set aside: those that the store does not have.
-- KEYS: items, metadata_items, metadata, the first two set aside, the marker, the store's list of
--       asides; then, for a user who may use it, the list of all asides
-- ARGV: the aside's id, the store's name, the time as JSON, 'metadata' (records by their metadata)
--       or 'values' (what has none), the cursor, how many to look at, how many bytes to move, about,
--       for how many seconds, and whether fewer can be looked at next time ('fewer')
-- Gives the next cursor and how many records were put back; instead of a cursor 'again' (the same
-- once more, where something was moved or with fewer) or 'gone' (no more are there).
local items, metadata_items, metadata = KEYS[1], KEYS[2], KEYS[3]
local aside_items, aside_metadata_items, marker, list = KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local asides = KEYS[8]
local id, store, time, part, cursor, count, budget, seconds, fewer = unpack(ARGV)

if redis.call('HEXISTS', list, id) == 0 then
    return {'gone', 0}
end
-- What can fail for a wrong type comes before the first change: a script is not rolled back.
redis.call('HLEN', items)
redis.call('HLEN', metadata_items)
redis.call('HLEN', aside_items)
redis.call('HLEN', aside_metadata_items)
local no = refused(true, 'JSON.SET', metadata, '$.larder_asks', '0', 'XX')
    or refused(false, 'HSET', items, '', '') or refused(false, 'HSET', metadata_items, '', '')
    or refused(false, 'HDEL', aside_items, '') or refused(false, 'HDEL', aside_metadata_items, '')
    or refused(false, 'UNLINK', marker) or refused(false, 'HDEL', list, id)
    or (asides and refused(false, 'HDEL', asides, id))
if no then
    return no
end

local page, step
if part == 'values' then
    page, step = redis.pcall('HSCAN', aside_items, cursor, 'COUNT', count, 'NOVALUES'), 1
    if page.err then
        -- The server is older; values can be large.
        page, step = redis.call('HSCAN', aside_items, cursor, 'COUNT', '10'), 2
    end
else
    page, step = redis.call('HSCAN', aside_metadata_items, cursor, 'COUNT', count), 2
end
local fields, moved, bytes, following = page[2], 0, 0, page[1]
for at = 1, #fields, step do
    local key = fields[at]
    -- The same records take ten times as long while the hash grows, for each lookup then moves a part of
    -- it, and where they have left the processor's caches.
    local stops = moved > 0 or fewer == 'fewer'
    if bytes > tonumber(budget) or (stops and clock() - begun > tonumber(seconds)) then
        -- What was moved is not met again; where nothing was, fewer are looked at.
        following = 'again'
        break
    end
    if redis.call('HEXISTS', metadata_items, key) == 0 and redis.call('HEXISTS', items, key) == 0
    then
        local value = redis.call('HGET', aside_items, key)
        local record = redis.call('HGET', aside_metadata_items, key)
        -- Taken away after they were put back: a refusal on the way loses nothing.
        if value then
            redis.call('HSET', items, key, value)
        end
        if record then
            redis.call('HSET', metadata_items, key, record)
        end
        if value or record then
            redis.call('HDEL', aside_items, key)
            redis.call('HDEL', aside_metadata_items, key)
            moved = moved + 1
            bytes = bytes + #(value or '') + #(record or '')
        end
    end
end
if moved > 0 then
    redis.pcall('JSON.SET', metadata, '$.accessed_at', time, 'XX')
    redis.pcall('JSON.SET', metadata, '$.modified_at', time, 'XX')
end
if redis.call('HLEN', aside_items) + redis.call('HLEN', aside_metadata_items) == 0 then
    if asides then
        redis.call('HDEL', asides, id)
    end
    redis.call('HDEL', list, id)
    redis.call('UNLINK', marker)
    following = 'gone'
end
return {following, moved}
