-- Appends a command to its stream unless the same command is on its way already.
-- KEYS[1] stream; KEYS[2] mark of the running command, in the same slot
-- ARGV[1] envelope; ARGV[2] milliseconds until the mark goes by itself
-- Result: 'appended'; 'running': the mark is there; 'absent': no group has made the stream yet, nothing was done
if redis.call('EXISTS', KEYS[1]) == 0 then return 'absent' end
if not redis.call('SET', KEYS[2], '1', 'NX', 'PX', ARGV[2]) then return 'running' end
redis.call('XADD', KEYS[1], 'NOMKSTREAM', '*', 'e', ARGV[1])
return 'appended'
