-- Sets a record: value, metadata and the store's times in one step.
-- KEYS: items, metadata_items, metadata
-- ARGV: key, value, the record's metadata, the time as JSON, what is expected ('anything',
--       'absent' or 'unchanged'), and for 'unchanged' the value and the content type that were read
-- Gives 'written', 'missing' (no such store) or 'conflict'.
local items, metadata_items, metadata = KEYS[1], KEYS[2], KEYS[3]
local key = ARGV[1]

-- What can fail for a wrong type comes before the first change: a script is not rolled back.
local size = redis.call('HSTRLEN', items, key)
local old = redis.call('HGET', metadata_items, key)
if not redis.call('JSON.GET', metadata) then
    return 'missing'
end

if ARGV[5] == 'absent' then
    if old or redis.call('HEXISTS', items, key) == 1 then
        return 'conflict'
    end
elseif ARGV[5] == 'unchanged' then
    if size ~= #ARGV[6] then
        return 'conflict'
    end
    -- Metadata without a value is read as an empty one; a record that is gone is not.
    local value = redis.call('HGET', items, key)
    if value and value ~= ARGV[6] or not value and not old then
        return 'conflict'
    end
    -- A reader that could not tell the content type has none to compare.
    if ARGV[7] ~= '' then
        local read, fields = pcall(cjson.decode, old or '')
        if not read or type(fields) ~= 'table'
            or (fields.content_type or fields.contentType) ~= ARGV[7] then
            return 'conflict'
        end
    end
end

local no = refused(true, 'JSON.SET', metadata, '$.larder_asks', '0', 'XX')
    or refused(false, 'HSET', items, key, '')
    or refused(false, 'HSET', metadata_items, key, '')
if no then
    return no
end
redis.call('HSET', items, key, ARGV[2])
redis.call('HSET', metadata_items, key, ARGV[3])
redis.pcall('JSON.SET', metadata, '$.accessed_at', ARGV[4], 'XX')
redis.pcall('JSON.SET', metadata, '$.modified_at', ARGV[4], 'XX')
return 'written'
