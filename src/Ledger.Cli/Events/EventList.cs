using System.Buffers;
using Ledger.Explorer.Failures;

namespace Ledger.Cli.Events;

/// <summary>The items of a file that is one JSON list, as <c>ledger events --json</c> prints it.</summary>
/// <remarks>It only finds where items begin and end; reading an item shows whether it is JSON.</remarks>
internal sealed class EventList(string name, int maxItemBytes)
{
    private readonly ArrayBufferWriter<byte> _kept = new();
    private Place _place = Place.Unknown;
    private long _firstLine;
    private int _depth;
    private bool _isText;
    private bool _isEscaped;

    private enum Place
    {
        /// <summary>Only blank lines so far.</summary>
        Unknown,

        /// <summary>The file is not a list.</summary>
        Lines,

        /// <summary>The list begins.</summary>
        Begin,

        /// <summary>After a comma.</summary>
        Between,

        /// <summary>Within an item.</summary>
        Item,

        /// <summary>After an item.</summary>
        AfterItem,

        /// <summary>After the list.</summary>
        End,
    }

    /// <summary>Whether a line belongs to a list; the first line that is not blank decides.</summary>
    public bool Takes(ReadOnlySpan<byte> line)
    {
        if (_place == Place.Unknown)
        {
            var text = (line.StartsWith("\uFEFF"u8) ? line[3..] : line).TrimStart(" \t\r"u8);
            _place = text.IsEmpty ? Place.Unknown : text[0] == '[' ? Place.Begin : Place.Lines;
        }

        return _place is not (Place.Unknown or Place.Lines);
    }

    /// <summary>The items that a line completes, each with the number of the line where it begins.</summary>
    /// <exception cref="RefusalException">The list is malformed.</exception>
    public List<(ReadOnlyMemory<byte> Item, long Line)> Add(ReadOnlyMemory<byte> line, long number)
    {
        var items = new List<(ReadOnlyMemory<byte>, long)>();
        var start = 0;
        for (var i = _place == Place.Begin && _firstLine == 0 ? line.Span.IndexOf((byte)'[') + 1 : 0; i < line.Length; i++)
        {
            var next = line.Span[i];
            if (_place != Place.Item)
            {
                if (Begins(next, number))
                {
                    (_firstLine, start) = (number, i);
                    _place = Place.Item;
                }
                else
                {
                    continue;
                }
            }

            // An object ends with its brace; anything else before the comma or the bracket.
            var isClosed = Closes(next);
            if (isClosed || (_depth == 0 && !_isText && next is (byte)',' or (byte)']'))
            {
                items.Add((Take(line[start..(isClosed ? i + 1 : i)]), _firstLine));
                _place = Place.AfterItem;
                i -= isClosed ? 0 : 1;
            }
        }

        _firstLine = Math.Max(_firstLine, 1);
        if (_place == Place.Item)
        {
            Keep(line.Span[start..]);
        }

        return items;
    }

    /// <summary>Checks that the list is complete at the end of the file.</summary>
    /// <exception cref="RefusalException">The list is incomplete.</exception>
    public void End()
    {
        if (_place is Place.Begin or Place.Between or Place.Item or Place.AfterItem)
        {
            throw new RefusalException($"In {name}, the list of events has no end. Nothing was written; send the whole file.", FailureCodes.InvalidEvent);
        }
    }

    private bool Begins(byte next, long number)
    {
        if (next is (byte)' ' or (byte)'\t' or (byte)'\r')
        {
            return false;
        }

        (_place, var begins) = (_place, next) switch
        {
            (Place.AfterItem, (byte)',') => (Place.Between, false),
            (Place.AfterItem or Place.Begin, (byte)']') => (Place.End, false),
            (Place.Begin or Place.Between, not ((byte)',' or (byte)']')) => (_place, true),
            _ => throw new RefusalException(
                $"In {name}, line {number}: malformed JSON. A list has commas between its items and ends with a bracket. Nothing was written.", FailureCodes.InvalidEvent),
        };
        return begins;
    }

    // Whether the byte ends an item that is an object or a list.
    private bool Closes(byte next)
    {
        if (_isText)
        {
            _isText = _isEscaped || next != '"';
            _isEscaped = !_isEscaped && next == '\\';
            return false;
        }

        _isText = next == '"';
        _depth += next is (byte)'{' or (byte)'[' ? 1 : 0;
        if (_depth > 0 && next is (byte)'}' or (byte)']')
        {
            return --_depth == 0;
        }

        return false;
    }

    private void Keep(ReadOnlySpan<byte> rest)
    {
        _kept.Write(rest);
        _kept.Write("\n"u8);
        if (_kept.WrittenCount > maxItemBytes)
        {
            throw new RefusalException(
                $"In {name}, the item that begins in line {_firstLine} is longer than {maxItemBytes} bytes. Nothing was written.", FailureCodes.InvalidEvent);
        }
    }

    private ReadOnlyMemory<byte> Take(ReadOnlyMemory<byte> last)
    {
        if (_kept.WrittenCount == 0)
        {
            return last;
        }

        _kept.Write(last.Span);
        var item = _kept.WrittenSpan.ToArray();
        _kept.ResetWrittenCount();
        return item;
    }
}
