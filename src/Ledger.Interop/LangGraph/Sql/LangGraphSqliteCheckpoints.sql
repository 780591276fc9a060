-- @thread: a thread; @keys: a JSON array of arrays [namespace, id]. These checkpoints, in any order.
select c.checkpoint_ns, c.checkpoint_id, c.parent_checkpoint_id, c.type, c.checkpoint, c.metadata
from json_each(@keys) as k
join checkpoints as c
    on c.thread_id = @thread
    and c.checkpoint_ns = json_extract(k.value, '$[0]')
    and c.checkpoint_id = json_extract(k.value, '$[1]')
