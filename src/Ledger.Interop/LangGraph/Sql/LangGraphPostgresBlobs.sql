-- @thread: a thread; @keys: a JSON array of arrays [namespace, channel, version]. The values of channels in these versions, in any order.
select b.checkpoint_ns, b.channel, b.version, b.type, b.blob
from jsonb_array_elements(@keys::jsonb) as k
join checkpoint_blobs as b
    on b.thread_id = @thread
    and b.checkpoint_ns = k ->> 0
    and b.channel = k ->> 1
    and b.version = k ->> 2
