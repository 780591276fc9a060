using System.Buffers.Binary;
using System.Text;
using Ledger.Interop.Reading;
using Ledger.Log;

namespace Ledger.Interop.Conversations;

/// <summary>The events of a recording's branches in a temporary file, kept while the run is read, so that the recording is read once for all of them.</summary>
internal sealed class BranchSpool : IDisposable
{
    private readonly Dictionary<int, List<long>> _places = [];
    private FileStream? _file;

    /// <summary>Whether all events are in it.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Whether an event could not be kept; then nothing of it counts.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Keeps an event of a branch.</summary>
    public void Add(int branch, NewEvent item)
    {
        if (HasFailed)
        {
            return;
        }

        SerializedEvent written;
        try
        {
            written = EventRegistry.Default.Write(item);
        }
        catch (Exception fault) when (fault is InvalidEventException or ArgumentException)
        {
            // The reader of the branch reports it, with the name of its part.
            HasFailed = true;
            return;
        }

        _file ??= TemporaryFile.Create("ledger-branches");
        if (!_places.TryGetValue(branch, out var places))
        {
            _places[branch] = places = [];
        }

        places.Add(_file.Position);
        Write(Encoding.UTF8.GetBytes(written.Type));
        Write(written.Json.Span);
        Write(written.Headers.Span);
    }

    /// <summary>The run was read to its end, so nothing is missing.</summary>
    public void Complete() => IsComplete = !HasFailed;

    /// <summary>The events of a branch.</summary>
    public IEnumerable<NewEvent> Read(int branch)
    {
        foreach (var place in _places.GetValueOrDefault(branch) ?? [])
        {
            _file!.Position = place;
            var (type, json, headers) = (Encoding.UTF8.GetString(Next()), Next(), Next());
            yield return new NewEvent(EventRegistry.Default.Read(type, json), EventHeaders.Read(headers));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        IsComplete = false;
        _file?.Dispose();
    }

    private void Write(ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, part.Length);
        _file!.Write(length);
        _file.Write(part);
    }

    private byte[] Next()
    {
        Span<byte> length = stackalloc byte[4];
        _file!.ReadExactly(length);
        var part = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
        _file.ReadExactly(part);
        return part;
    }
}
