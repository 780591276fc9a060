-- @thread: a thread. The namespaces and ids of its checkpoints, in the order in which they were made: the ids begin with the time.
select checkpoint_ns, checkpoint_id
from checkpoints
where thread_id = @thread
order by checkpoint_id, checkpoint_ns
