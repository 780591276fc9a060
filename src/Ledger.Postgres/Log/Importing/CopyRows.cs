using Ledger.Log;

namespace Ledger.Postgres.Log.Importing;

/// <summary>Rows of <c>import_copy_events</c>.</summary>
/// <remarks>Columns whose values are known last come first and have a fixed size, so that they can be filled in later.</remarks>
/// <param name="size">The bytes that are expected.</param>
internal sealed class CopyRows(int size) : CopyBuffer(size)
{
    private const short Columns = 13;
    private const int Number = 6;
    private const int Version = 18;
    private const int Time = 30;
    private static readonly DateTime Epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Adds a row, and returns the place where its JSON begins.</summary>
    public int Add(StreamName stream, in AppendRequest.Item item)
    {
        var serialized = item.Serialized;
        WriteInt16(Columns);
        WriteInt64(0);
        WriteInt64(0);
        WriteInt64(0);
        WriteUuid(item.Id);
        WriteText(stream.Value);
        WriteJson(serialized.Json.Span);
        var json = Length - serialized.Json.Length;
        WriteText(serialized.Type);
        WriteText("*DEFAULT*");
        WriteText(serialized.ClrType);
        WriteText(item.Event.CorrelationId);
        WriteText(item.CausationId);
        WriteJson(serialized.Headers.Span);
        WriteBoolean(false);
        return json;
    }

    /// <summary>Fills in a row.</summary>
    /// <param name="start">Where it begins.</param>
    /// <param name="number">The sequence number.</param>
    /// <param name="version">The version.</param>
    /// <param name="time">The time, in UTC.</param>
    public void Complete(int start, long number, long version, DateTime time)
    {
        Overwrite(start + Number, number);
        Overwrite(start + Version, version);
        Overwrite(start + Time, (time - Epoch).Ticks / TimeSpan.TicksPerMicrosecond);
    }
}
