-- Frees what was set aside.
-- KEYS: items and metadata_items that were set aside, the marker, the store's list of asides; then,
--       for a user who may use it, the list of all asides
-- ARGV: the aside's id, the store's name, 'expired' (only if the marker is gone) or 'any'
-- Gives 1, or 0 if there was nothing to free.
local aside_items, aside_metadata_items, marker, list = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local asides = KEYS[5]
local listed = redis.call('HEXISTS', list, ARGV[1])
if listed == 0 and not (asides and redis.call('HGET', asides, ARGV[1]) == ARGV[2]) then
    return 0
end
if ARGV[3] == 'expired' and redis.call('HLEN', marker) > 0 then
    return 0
end
local no = refused(true, 'HDEL', list, 'larder asks')
    or (asides and refused(true, 'HDEL', asides, 'larder asks'))
    or refused(false, 'UNLINK', aside_items, aside_metadata_items, marker)
if no then
    return no
end
-- UNLINK frees a large hash in the background, where DEL would stop the server.
redis.call('UNLINK', aside_items, aside_metadata_items, marker)
if asides then
    redis.call('HDEL', asides, ARGV[1])
end
redis.call('HDEL', list, ARGV[1])
return listed
