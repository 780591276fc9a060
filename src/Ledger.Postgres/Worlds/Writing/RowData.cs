using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Ledger.Json;

namespace Ledger.Postgres.Worlds.Writing;

/// <summary>The data of a row: a JSON object as text, whose top-level members can be replaced.</summary>
/// <remarks>It is taken apart at the first merge only, and holds parts of the texts that it was given.</remarks>
internal sealed class RowData
{
    // More are looked up by a table, which costs more than comparing so few.
    private const int FewMembers = 16;

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
            _members = [];
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
            // Names that are few and written as they are, are compared as they are.
            var key = _places is null && !reader.ValueIsEscaped && _members!.Count < FewMembers ? null : reader.GetString()!;
            var nameStart = (int)reader.TokenStartIndex;
            var name = text.Slice(nameStart, reader.ValueSpan.Length + 2);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            var value = text[start..(int)reader.BytesConsumed];
            var place = key is null ? Find(name.Span) : Places().GetValueOrDefault(key, -1);
            if (place >= 0)
            {
                _members![place] = (name, value);
                continue;
            }

            _places?.Add(key!, _members!.Count);
            _members!.Add((name, value));
        }
    }

    private int Find(ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < _members!.Count; i++)
        {
            if (_members[i].Name.Span.SequenceEqual(name))
            {
                return i;
            }
        }

        return -1;
    }

    private Dictionary<string, int> Places()
    {
        if (_places is null)
        {
            _places = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var i = 0; i < _members!.Count; i++)
            {
                _places.Add(Encoding.UTF8.GetString(_members[i].Name.Span[1..^1]), i);
            }
        }

        return _places;
    }
}
