-- Makes a store, unless it is there or another opener is making it.
-- KEYS: metadata, created_signal, id_to_name, name_to_id
-- ARGV: the store's name, its new id, its metadata
-- Gives 'created', 'exists' or 'wait'.
local metadata, signal, id_to_name, name_to_id = KEYS[1], KEYS[2], KEYS[3], KEYS[4]

-- What can fail for a wrong type comes before the first change: a script is not rolled back.
redis.call('HLEN', id_to_name)
local signals = redis.call('LLEN', signal)
if redis.call('JSON.GET', metadata) then
    return 'exists'
end
-- Crawlee claims a name with HSETNX in name_to_id: what is there is another opener's.
if redis.call('HEXISTS', name_to_id, ARGV[1]) == 1 then
    return 'wait'
end

local no = refused(true, 'JSON.SET', metadata, '$', ARGV[3], 'XX')
    or refused(false, 'LPUSH', signal, '1')
    or refused(false, 'HSETNX', name_to_id, ARGV[1], ARGV[2])
    or refused(false, 'HSETNX', id_to_name, ARGV[2], ARGV[1])
if no then
    return no
end
-- Crawlee's losers take the one element and push it back.
if signals == 0 then
    redis.call('LPUSH', signal, '1')
end
-- Only a server that cannot be asked refuses this here.
local claim = redis.pcall('HSETNX', name_to_id, ARGV[1], ARGV[2])
if type(claim) == 'table' and claim.err then
    if signals == 0 then
        redis.pcall('UNLINK', signal)
    end
    return claim
end
redis.call('HSETNX', id_to_name, ARGV[2], ARGV[1])
redis.call('JSON.SET', metadata, '$', ARGV[3])
return 'created'
