-- Tells which store the id in a store's metadata leads to: it may be another's. Changes nothing.
-- KEYS: metadata, id_to_name
-- Gives the id and the name, or nothing where no id is told.
local told = redis.call('JSON.GET', KEYS[1], '$.id')
local id = told and string.match(told, '^%["([%w-]+)"%]$')
return id and { id, redis.call('HGET', KEYS[2], id) }
