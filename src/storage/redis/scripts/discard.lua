-- Frees what was set aside.
-- KEYS: items and metadata_items that were set aside, the marker, the list of asides
-- ARGV: the aside's id, the store's name, 'expired' (only if the marker is gone) or 'any'
-- Gives 1, or 0 if there was nothing to free.
local aside_items, aside_metadata_items, marker, asides = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
if redis.call('HGET', asides, ARGV[1]) ~= ARGV[2] then
    return 0
end
if ARGV[3] == 'expired' and redis.call('HLEN', marker) > 0 then
    return 0
end
local no = refused(true, 'HDEL', asides, 'larder asks')
    or refused(false, 'UNLINK', aside_items, aside_metadata_items, marker)
if no then
    return no
end
-- UNLINK frees a large hash in the background, where DEL would stop the server.
redis.call('UNLINK', aside_items, aside_metadata_items, marker)
redis.call('HDEL', asides, ARGV[1])
return 1
