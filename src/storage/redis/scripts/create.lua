-- Makes a store, unless it is there or another opener is making it.
-- KEYS: metadata, created_signal, id_to_name, name_to_id
-- ARGV: the store's name, its new id, its metadata
-- Gives 'created', 'exists' or 'wait'.
local metadata, signal, id_to_name, name_to_id = KEYS[1], KEYS[2], KEYS[3], KEYS[4]

-- What can fail for a wrong type comes before the first change: a script is not rolled back.
redis.call('HLEN', id_to_name)
local signals = redis.call('LLEN', signal)
if redis.call('JSON.GET', metadata) then
    return redis.call('HGET', name_to_id, ARGV[1]) == ARGV[2] and 'created' or 'exists'
end
-- Crawlee claims a name with HSETNX in name_to_id: what is there is another opener's.
if redis.call('HEXISTS', name_to_id, ARGV[1]) == 1 then
    return 'wait'
end

-- First what a user may be refused: then nothing is left half made.
redis.call('JSON.SET', metadata, '$', ARGV[3])
redis.call('HSETNX', name_to_id, ARGV[1], ARGV[2])
redis.call('HSETNX', id_to_name, ARGV[2], ARGV[1])
-- Crawlee's losers take the one element and push it back.
if signals == 0 then
    redis.call('LPUSH', signal, '1')
end
return 'created'
