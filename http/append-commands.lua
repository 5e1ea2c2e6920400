-- Appends commands to their stream, each unless it is on its way already.
-- KEYS[1] stream; KEYS[2…] marks of the running commands, in the same slot
-- ARGV for each command: envelope; milliseconds until its mark goes by itself
-- Result for each command: 1 appended; 0 its mark is there. Nil: no group has made the stream yet, nothing was done
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
local appended = {}
for i = 2, #KEYS do
  if redis.call('SET', KEYS[i], '1', 'NX', 'PX', ARGV[2 * i - 2]) then
    redis.call('XADD', KEYS[1], 'NOMKSTREAM', '*', 'e', ARGV[2 * i - 3])
    appended[i - 1] = 1
  else
    appended[i - 1] = 0
  end
end
return appended
