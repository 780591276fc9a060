-- The ids of all threads, the one that began first being first.
select thread_id
from checkpoints
group by thread_id
order by min(checkpoint_id), thread_id
