-- Deletes records, both halves and the store's times in one step.
-- KEYS: items, metadata_items, metadata
-- ARGV: the time as JSON, then the keys
-- Gives how many records were there, in either half.
local items, metadata_items, metadata = KEYS[1], KEYS[2], KEYS[3]

-- What can fail for a wrong type comes before the first change: a script is not rolled back.
redis.call('HLEN', items)
redis.call('HLEN', metadata_items)
-- XX leaves a store without metadata as it is.
redis.call('JSON.SET', metadata, '$.accessed_at', ARGV[1], 'XX')
redis.call('JSON.SET', metadata, '$.modified_at', ARGV[1], 'XX')

local deleted = 0
for at = 2, #ARGV do
    local value = redis.call('HDEL', items, ARGV[at])
    local meta = redis.call('HDEL', metadata_items, ARGV[at])
    if value + meta > 0 then
        deleted = deleted + 1
    end
end
return deleted
