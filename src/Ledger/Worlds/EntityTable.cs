using System.Diagnostics.CodeAnalysis;

namespace Ledger.Worlds;

/// <summary>Objects or relations by id, in the order of first creation; set, find and remove take constant time.</summary>
internal sealed class EntityTable<T>
    where T : class
{
    private readonly Dictionary<string, LinkedListNode<T>> _byId = new(StringComparer.Ordinal);
    private readonly LinkedList<T> _inOrder = [];

    public bool TryGet(string id, [NotNullWhen(true)] out T? entity)
    {
        entity = _byId.GetValueOrDefault(id)?.Value;
        return entity is not null;
    }

    /// <summary>Adds an item at the end, or replaces the one with the same id in place.</summary>
    public void Set(string id, T entity)
    {
        if (_byId.TryGetValue(id, out var node))
        {
            node.Value = entity;
        }
        else
        {
            _byId.Add(id, _inOrder.AddLast(entity));
        }
    }

    public void Remove(string id)
    {
        if (_byId.Remove(id, out var node))
        {
            _inOrder.Remove(node);
        }
    }

    public TResult[] ToArray<TResult>(Func<T, TResult> select)
    {
        var result = new TResult[_inOrder.Count];
        var i = 0;
        for (var node = _inOrder.First; node is not null; node = node.Next)
        {
            result[i++] = select(node.Value);
        }

        return result;
    }
}
