using System.Security.Cryptography;
using System.Text;

namespace Ledger.Records;

/// <summary>Verifies a chain of any length from its hashed texts: in order, in parallel, with constant memory, without parsing.</summary>
/// <remarks>Events are collected in blocks; a block is hashed on all processors, then its links are checked in order.</remarks>
internal sealed class ChainVerifier
{
    private const int BlockEvents = 4096;
    private const int BlockBytes = 1 << 20;

    private readonly List<(int Start, int Length)> _texts = new(BlockEvents);
    private readonly byte[] _hashes = new byte[BlockEvents * ChainHash.Length];
    private readonly bool[] _isSound = new bool[BlockEvents];
    private readonly Guid?[] _erasedBy = new Guid?[BlockEvents];
    private readonly List<ErasedLink> _erased = [];
    private byte[] _block = new byte[BlockBytes];
    private int _used;
    private readonly byte[] _headHash = new byte[ChainHash.Length];
    private long _headSeq;

    /// <summary>Starts after an event known to be valid; the default value starts at the beginning of a chain.</summary>
    public ChainVerifier(ChainHead start = default)
    {
        _headSeq = start.Seq;
        Encoding.ASCII.GetBytes(start.Hash, _headHash);
    }

    /// <summary>The number of events added and, if the chain is valid, verified.</summary>
    public long Events { get; private set; }

    /// <summary>The last verified event.</summary>
    public ChainHead Head => new(_headSeq, _headSeq == 0 ? "" : Encoding.ASCII.GetString(_headHash));

    /// <summary>The first events whose text was masked.</summary>
    public IReadOnlyList<ErasedLink> Erased => _erased;

    /// <summary>How many events have a masked text.</summary>
    public long ErasedCount { get; private set; }

    /// <summary>The first place at which the chain is broken, as far as it was verified.</summary>
    public ChainBreak? FirstBroken { get; private set; }

    /// <summary>Adds the next event: its hashed text as UTF-8, and its hash as hexadecimal digits.</summary>
    /// <param name="text">The text.</param>
    /// <param name="hash">The hash.</param>
    /// <param name="erasedBy">The event that says that the text was masked, so that the hash need not fit it; null if there is none.</param>
    /// <returns>False once the chain is known to be broken; later events are ignored.</returns>
    public bool Add(ReadOnlySpan<byte> text, ReadOnlySpan<byte> hash, Guid? erasedBy = null)
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
        _erasedBy[_texts.Count] = erasedBy;
        _texts.Add((_used, text.Length));
        _used += text.Length;
        Events++;
        return FirstBroken is null;
    }

    /// <summary>Verifies the events added since the last block, and returns the first break, or null.</summary>
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
            ?? (_isSound[index] || _erasedBy[index] is not null ? null : "The event's hash does not match its text. The text or the hash was changed.");
        if (reason is null)
        {
            _headSeq = link.Seq!.Value;
            HashAt(index).CopyTo(_headHash);
            if (!_isSound[index])
            {
                Erase(new ErasedLink(_headSeq, _erasedBy[index]!.Value));
            }
        }
        else
        {
            FirstBroken = new ChainBreak(null, link.Seq, reason);
        }
    }

    private void Erase(ErasedLink link)
    {
        ErasedCount++;
        if (_erased.Count < ChainVerdict.MostErased)
        {
            _erased.Add(link);
        }
    }

    private ReadOnlySpan<byte> TextAt(int index) => _block.AsSpan(_texts[index].Start, _texts[index].Length);

    private ReadOnlySpan<byte> HashAt(int index) => _hashes.AsSpan(index * ChainHash.Length, ChainHash.Length);
}
