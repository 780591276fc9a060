using Ledger.Postgres.Log.Importing;

namespace Ledger.Postgres.Worlds.Writing;

/// <summary>Rows of <c>world_object</c> and <c>world_relation</c>, or their past states, as a COPY takes them.</summary>
internal sealed class RowCopy : CopyBuffer
{
    private readonly List<byte> _scratch = [];

    /// <summary>Adds the present state of an object or relation.</summary>
    public void Add(string stream, RowState state)
    {
        WriteInt16(state.Source is null ? (short)7 : (short)9);
        WriteText(stream);
        WriteText(state.Id);
        WriteText(state.Type);
        if (state.Source is not null)
        {
            WriteText(state.Source);
            WriteText(state.Target);
        }

        WriteJson(state.Data.ToText(_scratch));
        WriteInt64(state.CreatedAt);
        WriteInt64(state.ValidFrom);
        WriteBoolean(state.IsRemoved);
    }
}
