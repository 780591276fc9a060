using System.Security.Cryptography;
using System.Text;

namespace Ledger.Records;

/// <summary>Verifies a chain of any length from its hashed texts as they stand: in order, in parallel, in flat memory, without parsing.</summary>
/// <remarks>Events are gathered into blocks; a block is hashed on all processors, then its links are followed in order.</remarks>
internal sealed class ChainVerifier
{
    private const int BlockEvents = 4096;
    private const int BlockBytes = 1 << 20;

    private readonly List<(int Start, int Length)> _texts = new(BlockEvents);
    private readonly byte[] _hashes = new byte[BlockEvents * ChainHash.Length];
    private readonly bool[] _isSound = new bool[BlockEvents];
    private byte[] _block = new byte[BlockBytes];
    private int _used;
    private readonly byte[] _headHash = new byte[ChainHash.Length];
    private long _headSeq;

    /// <summary>Begins behind an event that is known to be sound; the default value begins a chain.</summary>
    public ChainVerifier(ChainHead start = default)
    {
        _headSeq = start.Seq;
        Encoding.ASCII.GetBytes(start.Hash, _headHash);
    }

    /// <summary>How many events were added and, where the chain holds, verified.</summary>
    public long Events { get; private set; }

    /// <summary>The last event of those verified.</summary>
    public ChainHead Head => new(_headSeq, _headSeq == 0 ? "" : Encoding.ASCII.GetString(_headHash));

    /// <summary>The first place at which the chain does not hold, as far as it was verified.</summary>
    public ChainBreak? FirstBroken { get; private set; }

    /// <summary>Adds the next event: its hashed text as UTF-8, and its hash as hexadecimal digits.</summary>
    /// <returns>False once the chain is known not to hold; what comes then is not looked at.</returns>
    public bool Add(ReadOnlySpan<byte> text, ReadOnlySpan<byte> hash)
    {
        if (FirstBroken is not null)
        {
            return false;
        }

        if (_texts.Count == BlockEvents || _used + text.Length > _block.Length)
        {
            Flush();
            if (text.Length > _block.Length)
            {
                _block = new byte[text.Length];
            }
        }

        text.CopyTo(_block.AsSpan(_used));
        var digits = _hashes.AsSpan(_texts.Count * ChainHash.Length, ChainHash.Length);
        digits.Clear();
        (hash.Length <= digits.Length ? hash : default).CopyTo(digits);
        _texts.Add((_used, text.Length));
        _used += text.Length;
        Events++;
        return FirstBroken is null;
    }

    /// <summary>Verifies what was added since the last block, and gives the first place at which the chain does not hold, or null.</summary>
    public ChainBreak? Complete()
    {
        Flush();
        return FirstBroken;
    }

    private void Flush()
    {
        var count = _texts.Count;
        var parts = Math.Min(Environment.ProcessorCount, (count + 63) / 64);
        if (parts > 1)
        {
            Parallel.For(0, parts, part => HashPart(part * count / parts, (part + 1) * count / parts));
        }
        else
        {
            HashPart(0, count);
        }

        for (var i = 0; i < count && FirstBroken is null; i++)
        {
            Follow(i);
        }

        _texts.Clear();
        _used = 0;
    }

    private void HashPart(int from, int to)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> digits = stackalloc byte[ChainHash.Length];
        for (var i = from; i < to; i++)
        {
            SHA256.HashData(TextAt(i), hash);
            Convert.TryToHexStringLower(hash, digits, out _);
            _isSound[i] = HashAt(i).SequenceEqual(digits);
        }
    }

    private void Follow(int index)
    {
        var link = ChainLink.Of(TextAt(index));
        var reason = link.FaultAfter(_headSeq, _headSeq == 0 ? default : _headHash)
            ?? (_isSound[index] ? null : "The event's hash is not that of its text. The text or the hash was changed.");
        if (reason is null)
        {
            _headSeq = link.Seq!.Value;
            HashAt(index).CopyTo(_headHash);
        }
        else
        {
            FirstBroken = new ChainBreak(null, link.Seq, reason);
        }
    }

    private ReadOnlySpan<byte> TextAt(int index) => _block.AsSpan(_texts[index].Start, _texts[index].Length);

    private ReadOnlySpan<byte> HashAt(int index) => _hashes.AsSpan(index * ChainHash.Length, ChainHash.Length);
}
