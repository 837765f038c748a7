-- Stands before scripts that compare a record before they change it.
-- Gives whether the record of `items` is what the five arguments from `at` on say: its key; what is
-- expected ('absent', 'bytes', 'digest' or 'size'); the expected bytes, or their SHA-1 digest; the
-- expected size; the expected content type, empty where it was unknown. `there`: whether anything is;
-- `old`: its metadata.
local function is_expected(items, at, there, old)
    local key, mode, content, size, content_type = unpack(ARGV, at, at + 4)
    if mode == 'absent' then
        return not there
    elseif not there then
        return false
    end
    local read, fields = pcall(cjson.decode, old or '')
    if not read or type(fields) ~= 'table' then
        fields = {}
    end
    local type_now = fields.content_type or fields.contentType
    if content_type ~= '' and type_now ~= content_type then
        return false
    end
    local now = redis.call('HSTRLEN', items, key)
    if mode == 'size' then
        -- Who has not read the value may know only what the metadata says, or nothing where it is
        -- malformed.
        return now == tonumber(size) or fields.size == tonumber(size)
            or content_type == '' and not type_now
    elseif now ~= tonumber(size) then
        return false
    end
    -- Metadata without a value is read as an empty one.
    local value = redis.call('HGET', items, key) or ''
    if mode == 'digest' then
        value = redis.sha1hex(value)
    end
    return value == content
end

