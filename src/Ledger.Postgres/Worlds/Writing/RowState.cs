namespace Ledger.Postgres.Worlds.Writing;

/// <summary>An object or relation of a stream as events change it.</summary>
internal sealed class RowState(int stream, string id)
{
    /// <summary>The index of its stream.</summary>
    public int Stream => stream;

    public string Id => id;

    public string Type { get; private set; } = "";

    /// <summary>The source of a relation; null for an object.</summary>
    public string? Source { get; private set; }

    /// <summary>The target of a relation; null for an object.</summary>
    public string? Target { get; private set; }

    public RowData Data { get; } = new(RowData.Empty);

    public long CreatedAt { get; private set; }

    public long ValidFrom { get; private set; }

    public bool IsRemoved { get; private set; } = true;

    /// <summary>Whether it has a state at all, be it that of a removed one.</summary>
    public bool Exists { get; private set; }

    /// <summary>Whether the table has a row of it.</summary>
    public bool HasRow { get; private set; }

    /// <summary>Whether an event changed it.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>Whether it will be there after the events looked at so far; only while they are checked.</summary>
    public bool IsPresent { get; set; }

    /// <summary>Sets it to the state of its row.</summary>
    public void Load(string type, string? source, string? target, byte[] data, long createdAt, long validFrom, bool isRemoved)
    {
        (Type, Source, Target) = (type, source, target);
        Data.Set(data);
        (CreatedAt, ValidFrom, IsRemoved) = (createdAt, validFrom, isRemoved);
        (Exists, HasRow, IsPresent) = (true, true, !isRemoved);
    }

    /// <summary>Applies a change that can be applied.</summary>
    /// <param name="change">The change.</param>
    /// <param name="version">The version of its event in a stream without a prefix.</param>
    public void Apply(in RowChange change, long version)
    {
        if (IsRemoved)
        {
            CreatedAt = version - 1;
        }

        (ValidFrom, IsRemoved, Exists, IsChanged) = (version, change.Act == RowAct.Remove, true, true);
        switch (change.Act)
        {
            case RowAct.Create:
                (Type, Source, Target) = (change.Type!, change.Source, change.Target);
                Data.Set(change.Body);
                break;
            case RowAct.Patch:
                Data.Merge(change.Body);
                break;
            default:
                Data.Set(RowData.Empty);
                break;
        }
    }
}
