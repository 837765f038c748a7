-- Reads a record and its value at one moment, if that is small.
-- KEYS: items, metadata_items
-- ARGV: the record's key; how large the value may be, in bytes
-- Gives the size, or nothing where there is no value; the metadata; the value. Changes nothing.
local size = redis.call('HSTRLEN', KEYS[1], ARGV[1])
local value = false
if size <= tonumber(ARGV[2]) then
    value = redis.call('HGET', KEYS[1], ARGV[1])
    if not value then
        size = false
    end
end
return { size, redis.call('HGET', KEYS[2], ARGV[1]), value }
