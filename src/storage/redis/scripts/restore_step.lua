-- Puts back some of the records that were set aside: those that the store does not have.
-- KEYS: items, metadata_items, metadata, the first two set aside, the marker, the store's list of
--       asides; then, for a user who may use it, the list of all asides
-- ARGV: the aside's id, the store's name, the time as JSON, 'metadata' (records by their metadata)
--       or 'values' (what has none), the cursor, how many to look at, how many bytes to move, about,
--       and for how many seconds
-- Gives the next cursor, how many records were put back, and how many microseconds it took, 0 if that
-- is not known; instead of a cursor 'again' (the same
-- once more, where something was moved) or 'gone' (no more are there).
local items, metadata_items, metadata = KEYS[1], KEYS[2], KEYS[3]
local aside_items, aside_metadata_items, marker, list = KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local asides = KEYS[8]
local id, store, time, part, cursor, count, budget, seconds = unpack(ARGV)
-- Few records are listed at once: all that a page lists are put back before the next one, since an end
-- within it lists again what it has emptied.
local page_size = 10

if redis.call('HEXISTS', list, id) == 0 then
    return {'gone', 0, 0}
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

-- The next page, and how many entries each of its records has.
local function next_page()
    if part ~= 'values' then
        return redis.call('HSCAN', aside_metadata_items, cursor, 'COUNT', page_size), 2
    end
    local page = redis.pcall('HSCAN', aside_items, cursor, 'COUNT', page_size, 'NOVALUES')
    if page.err then
        -- The server is older; values can be large.
        return redis.call('HSCAN', aside_items, cursor, 'COUNT', page_size), 2
    end
    return page, 1
end

local moved, looked, bytes = 0, 0, 0

-- Puts one record back, with its metadata where the page has them; returns whether it did. Each pair of
-- hashes is looked at unequally often: what they free at the end of a growth is then not freed together.
local function put_back(key, record)
    if redis.call('HEXISTS', metadata_items, key) == 1 or redis.call('HEXISTS', items, key) == 1 then
        return false
    end
    local value = redis.call('HGET', aside_items, key)
    record = record or redis.call('HGET', aside_metadata_items, key)
    if not (value or record) then
        return false
    end
    -- Taken away after they were put back: a refusal on the way loses nothing.
    if value then
        redis.call('HSETNX', items, key, value)
    end
    if record then
        redis.call('HSET', metadata_items, key, record)
    end
    redis.call('HDEL', aside_items, key)
    redis.call('HDEL', aside_metadata_items, key)
    moved = moved + 1
    bytes = bytes + #(value or '') + #(record or '')
    return true
end

-- The same records take ten times as long while a hash grows, for each lookup then moves a part of it,
-- and where they have left the processor's caches.
local function is_over(times)
    return bytes > tonumber(budget) or clock() - begun > times * tonumber(seconds)
end

local following
repeat
    local page, step = next_page()
    local fields = page[2]
    for at = 1, #fields, step do
        looked = looked + 1
        -- Of large values, or where all of a small hash is listed at once, a part is enough.
        if put_back(fields[at], part ~= 'values' and fields[at + 1]) and at + step <= #fields and is_over(2) then
            following = 'again'
            break
        end
    end
    cursor = page[1]
until following or cursor == '0' or looked >= tonumber(count) or is_over(1)
following = following or cursor
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
return {following, moved, math.floor((clock() - begun) * 1000000)}
