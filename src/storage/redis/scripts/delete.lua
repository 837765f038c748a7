-- Deletes records, both halves and the store's times in one step; a part of them where time is over.
-- KEYS: items, metadata_items, metadata
-- ARGV: the time as JSON, for how many seconds, then the keys
-- Gives for how many of the keys it was done, and how many records were there, in either half.
local items, metadata_items, metadata = KEYS[1], KEYS[2], KEYS[3]

-- What can fail for a wrong type comes before the first change: a script is not rolled back.
redis.call('HLEN', items)
redis.call('HLEN', metadata_items)
redis.call('JSON.GET', metadata)
local no = refused(true, 'JSON.SET', metadata, '$.larder_asks', '0', 'XX')
    or refused(false, 'HDEL', items, ARGV[3])
    or refused(false, 'HDEL', metadata_items, ARGV[3])
if no then
    return no
end

local done, deleted = 0, 0
for at = 3, #ARGV do
    local value = redis.call('HDEL', items, ARGV[at])
    local meta = redis.call('HDEL', metadata_items, ARGV[at])
    if value + meta > 0 then
        deleted = deleted + 1
    end
    done = done + 1
    if clock() - begun > tonumber(ARGV[2]) then
        break
    end
end
-- Comes last, for a server without memory refuses it to a script that has not written before. XX
-- leaves a store without metadata as it is.
redis.pcall('JSON.SET', metadata, '$.accessed_at', ARGV[1], 'XX')
redis.pcall('JSON.SET', metadata, '$.modified_at', ARGV[1], 'XX')
return {done, deleted}
