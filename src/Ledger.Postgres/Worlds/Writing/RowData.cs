using System.Runtime.InteropServices;
using System.Text.Json;
using Ledger.Json;

namespace Ledger.Postgres.Worlds.Writing;

/// <summary>The data of a row: a JSON object as text, whose top-level members can be replaced.</summary>
/// <remarks>It is taken apart at the first merge only, and holds parts of the texts that it was given.</remarks>
internal sealed class RowData
{
    private ReadOnlyMemory<byte> _text;
    private List<(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Value)>? _members;
    private Dictionary<string, int>? _places;

    public RowData(ReadOnlyMemory<byte> text) => _text = text;

    /// <summary>An object without members.</summary>
    public static ReadOnlyMemory<byte> Empty { get; } = "{}"u8.ToArray();

    /// <summary>Replaces all of it.</summary>
    public void Set(ReadOnlyMemory<byte> text) => (_text, _members, _places) = (text, null, null);

    /// <summary>Sets the members of another object.</summary>
    public void Merge(ReadOnlyMemory<byte> patch)
    {
        if (_members is null)
        {
            (_members, _places) = ([], new Dictionary<string, int>(StringComparer.Ordinal));
            SetMembers(_text);
        }

        SetMembers(patch);
        _text = default;
    }

    /// <summary>Its JSON.</summary>
    /// <param name="scratch">Where it is put together, if it must be: what is returned is valid until it is used again.</param>
    public ReadOnlySpan<byte> ToText(List<byte> scratch)
    {
        if (_members is null)
        {
            return _text.Span;
        }

        scratch.Clear();
        scratch.Add((byte)'{');
        foreach (var (name, value) in _members)
        {
            if (scratch.Count > 1)
            {
                scratch.Add((byte)',');
            }

            scratch.AddRange(name.Span);
            scratch.Add((byte)':');
            scratch.AddRange(value.Span);
        }

        scratch.Add((byte)'}');
        return CollectionsMarshal.AsSpan(scratch);
    }

    private void SetMembers(ReadOnlyMemory<byte> text)
    {
        var reader = new Utf8JsonReader(text.Span, EventJson.ReaderOptions);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            var nameStart = (int)reader.TokenStartIndex;
            var name = text.Slice(nameStart, reader.ValueSpan.Length + 2);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            var value = text[start..(int)reader.BytesConsumed];
            if (_places!.TryGetValue(key, out var place))
            {
                _members![place] = (name, value);
            }
            else
            {
                _places.Add(key, _members!.Count);
                _members.Add((name, value));
            }
        }
    }
}
