-- Appends numbered envelopes of one source to one stream, each exactly once (G5).
-- KEYS[1] stream; KEYS[2] hash of source -> last number appended
-- ARGV[1] source; ARGV[2] base: every group has consumed the numbers up to it; ARGV[3] 'next' or 'rewind' (forget the
-- mark and append from base + 1 again: consumers drop what they have); ARGV[4] number of the first envelope;
-- ARGV[5..] envelopes in order, without gaps
-- Result: {'OK', mark}; {'GAP', mark}: send from mark + 1; {'NOSTREAM', 0}: no group has made the stream yet
if redis.call('EXISTS', KEYS[1]) == 0 then return {'NOSTREAM', 0} end
local mark = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or '0')
local base = tonumber(ARGV[2])
if mark < base or ARGV[3] == 'rewind' then mark = base end
local number = tonumber(ARGV[4])
local code = 'OK'
for i = 5, #ARGV do
  if number == mark + 1 then
    redis.call('XADD', KEYS[1], '*', 'e', ARGV[i])
    mark = number
  elseif number > mark + 1 then
    code = 'GAP'
    break
  end
  number = number + 1
end
redis.call('HSET', KEYS[2], ARGV[1], string.format('%.0f', mark))
return {code, mark}
