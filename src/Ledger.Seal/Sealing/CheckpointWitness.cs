using System.Globalization;
using System.Net;
using System.Text;

namespace Ledger.Seal;

/// <summary>A witness that cosigns checkpoints over HTTP, once it has seen that the log extends the one that it cosigned before: https://c2sp.org/tlog-witness.</summary>
/// <remarks>Safe for concurrent use. It does not own the client.</remarks>
public sealed class CheckpointWitness
{
    private const int LongestAnswer = 64 * 1024;
    private const int MostTries = 3;

    private readonly HttpClient _client;
    private readonly Uri _address;
    private readonly IReadOnlyCollection<NoteKey> _keys;

    /// <summary>Describes a witness.</summary>
    /// <param name="client">Sends the requests; its time-out is how long an answer is waited for.</param>
    /// <param name="submission">The submission prefix, such as <c>https://witness.example/w1</c>.</param>
    /// <param name="keys">The keys of the witness, one or more.</param>
    /// <exception cref="ArgumentException">The address is not of HTTP, or a key is not of a witness.</exception>
    public CheckpointWitness(HttpClient client, Uri submission, IReadOnlyCollection<NoteKey> keys)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(submission);
        ArgumentNullException.ThrowIfNull(keys);
        if (!submission.IsAbsoluteUri || submission.Scheme is not ("http" or "https"))
        {
            throw new ArgumentException($"The address of a witness begins with 'https://' or 'http://', but was '{submission.OriginalString}'.");
        }

        if (keys.Count == 0 || keys.Any(key => !key.IsWitness))
        {
            throw new ArgumentException("A witness needs its own key, which is one for cosignatures (type 4).");
        }

        (_client, _address, _keys) = (client, new Uri($"{submission.AbsoluteUri.TrimEnd('/')}/add-checkpoint"), keys);
    }

    /// <summary>Whether a checkpoint has its cosignature.</summary>
    internal bool HasCosigned(SignedNote note) => note.FindSigners(_keys).Count > 0;

    /// <summary>Asks for a cosignature.</summary>
    /// <param name="note">The checkpoint.</param>
    /// <param name="prove">Proves that it extends an earlier size.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The signatures of the witness.</returns>
    internal async Task<IReadOnlyList<NoteSignature>> AskAsync(SignedNote note, Func<long, Task<List<byte[]>>> prove, CancellationToken cancellationToken)
    {
        var (size, old) = (Checkpoint.Of(note).Size, 0L);
        for (var tries = 1; ; tries++)
        {
            var (status, answer) = await SendAsync(BodyOf(old, old == 0 ? [] : await prove(old).ConfigureAwait(false), note), cancellationToken).ConfigureAwait(false);
            if (status == HttpStatusCode.OK)
            {
                var cosigned = SignedNote.Parse($"{note}{answer}");
                var signers = new SignedNote(note.Text, [.. cosigned.Signatures.Skip(note.Signatures.Count)]).FindSigners(_keys);
                return signers.Count > 0
                    ? [.. cosigned.Signatures.Where(s => signers.Any(key => key.Name == s.Name && key.Id == s.KeyId))]
                    : throw new WitnessException($"The witness at '{_address}' answered without a cosignature of its key.", status);
            }

            // It says which size it cosigned last; the first request asks for that.
            if (status != HttpStatusCode.Conflict || tries == MostTries
                || !long.TryParse(answer.TrimEnd('\n'), NumberStyles.None, CultureInfo.InvariantCulture, out var last) || last == 0)
            {
                throw new WitnessException($"The witness at '{_address}' did not cosign the checkpoint: {(int)status} {Sentence(answer)}".TrimEnd(), status);
            }

            if (last > size || last == old)
            {
                var seen = last.ToString(CultureInfo.InvariantCulture);
                throw new SealBrokenException(last > size
                    ? $"The witness at '{_address}' has cosigned a checkpoint of {seen} events, and the newest one of the log has {size.ToString(CultureInfo.InvariantCulture)}: the log was cut off, or "
                        + "restored from an older backup."
                    : $"The witness at '{_address}' has cosigned another checkpoint of {seen} events: the log was rewritten.");
            }

            old = last;
        }
    }

    private static string BodyOf(long old, List<byte[]> proof, SignedNote note)
    {
        var body = new StringBuilder().Append(CultureInfo.InvariantCulture, $"old {old}\n");
        foreach (var hash in proof)
        {
            body.Append(Convert.ToBase64String(hash)).Append('\n');
        }

        return body.Append('\n').Append(note).ToString();
    }

    private async Task<(HttpStatusCode Status, string Answer)> SendAsync(string body, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _address) { Content = new StringContent(body, Encoding.UTF8, "text/plain") };
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            var bytes = new byte[LongestAnswer];
            var length = await stream.ReadAtLeastAsync(bytes, LongestAnswer, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            return (response.StatusCode, Encoding.UTF8.GetString(bytes, 0, length));
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new WitnessException($"The witness at '{_address}' cannot be asked: {fault.Message}", null, fault);
        }
    }

    // The first line, as far as it can be printed.
    private static string Sentence(string answer) =>
        new([.. answer.Split('\n', 2)[0].Where(c => !char.IsControl(c)).Take(200)]);
}
