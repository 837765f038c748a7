-- Stands before scripts that stop by the server's own clock.

-- Seconds, from anywhere. A newer server holds TIME still while a script runs, and has `os` instead.
local library = rawget(_G, 'os')
local function clock()
    if library then
        return library.clock()
    end
    local time = redis.pcall('TIME')
    return time.err and 0 or time[1] + time[2] / 1000000
end
local begun = clock()

