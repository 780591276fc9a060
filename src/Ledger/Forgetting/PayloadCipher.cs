using System.Text.Json;
using Ledger.Events;
using Ledger.Json;
using Ledger.Log;

namespace Ledger.Forgetting;

/// <summary>Encrypts the personal data in events to be appended, and decrypts those that were read.</summary>
internal sealed class PayloadCipher(ISubjectKeys keys, IReadOnlyList<PersonalDataRule> rules, EventRegistry registry)
{
    private readonly ILookup<string, PersonalDataRule> _rules = rules.ToLookup(rule => rule.EventType, StringComparer.Ordinal);

    /// <summary>The events with what the rules lead to encrypted.</summary>
    /// <param name="events">The events, each with the stream that it is for.</param>
    /// <param name="stored">Finds the events that the log has already, for those of forgotten subjects.</param>
    /// <param name="cancellationToken">Stops waiting for keys.</param>
    /// <exception cref="ArgumentException">An event has personal data and does not say whose.</exception>
    /// <exception cref="SubjectForgottenException">A subject was forgotten, and the log does not have its event yet.</exception>
    public async Task<IReadOnlyList<NewEvent>> EncryptAsync(
        IReadOnlyList<(StreamName Stream, NewEvent Event)> events,
        Func<IReadOnlyCollection<Guid>, Task<IReadOnlyList<RecordedEvent>>> stored,
        CancellationToken cancellationToken)
    {
        var personal = events.Select(e => PersonalOf(e.Stream, e.Event)).ToArray();
        var subjects = personal.OfType<Personal>().SelectMany(p => p.Parts.Select(part => part.Subject)).Distinct(StringComparer.Ordinal).ToArray();
        if (subjects.Length == 0)
        {
            return [.. events.Select(e => e.Event)];
        }

        var found = await keys.GetOrCreateAsync(subjects, cancellationToken).ConfigureAwait(false);
        var forgotten = personal.OfType<Personal>().Where(p => p.Parts.Any(part => !found.ContainsKey(part.Subject))).ToArray();
        var known = forgotten.Length == 0 ? [] : (await stored([.. forgotten.Select(p => p.Id)]).ConfigureAwait(false)).ToDictionary(e => e.Id);
        return [.. events.Select((e, i) => personal[i] is { } p ? With(e.Event, Encrypt(p, found, known)) : e.Event)];
    }

    /// <summary>Events with what was encrypted in them readable again, as far as there are keys.</summary>
    public async Task<IReadOnlyList<RecordedEvent>> DecryptAsync(IReadOnlyList<RecordedEvent> events, CancellationToken cancellationToken)
    {
        var subjects = events.Where(IsEncrypted).SelectMany(e => SubjectsOf(e.ToJsonElement(), e.Id)).Distinct(StringComparer.Ordinal).ToArray();
        if (subjects.Length == 0)
        {
            return events;
        }

        var found = await keys.FindAsync(subjects, cancellationToken).ConfigureAwait(false);
        return [.. events.Select(e => IsEncrypted(e) ? e.With(JsonMemory(Decrypt(e.ToJsonElement(), e.Id, found))) : e)];
    }

    /// <summary>JSON from elsewhere, such as a document of a projection, with what was encrypted readable again, for whichever event and place.</summary>
    public async Task<JsonElement> DecryptAsync(JsonElement json, CancellationToken cancellationToken)
    {
        var subjects = SubjectsOf(json, null).Distinct(StringComparer.Ordinal).ToArray();
        return subjects.Length == 0 ? json : Decrypt(json, null, await keys.FindAsync(subjects, cancellationToken).ConfigureAwait(false));
    }

    private static bool IsEncrypted(RecordedEvent recorded) => recorded.Json.Span.IndexOf("\"ledger:enc:1:"u8) >= 0;

    private static IEnumerable<string> SubjectsOf(JsonElement json, Guid? eventId) => json.ValueKind switch
    {
        JsonValueKind.String => SubjectCipher.PlaceOf(json.GetString()!) is { } place && (eventId ?? place.EventId) == place.EventId ? [place.Subject] : [],
        JsonValueKind.Object => json.EnumerateObject().SelectMany(member => SubjectsOf(member.Value, eventId)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(item => SubjectsOf(item, eventId)),
        _ => [],
    };

    // A text that was made for another event or place than the given event and where it is there stays: else each who may append could have any text decrypted.
    private static JsonElement Decrypt(JsonElement json, Guid? eventId, IReadOnlyDictionary<string, byte[]> found) => JsonRewriting.Rewrite(
        json,
        (writer, value, pointer) =>
        {
            if (value.ValueKind != JsonValueKind.String
                || SubjectCipher.PlaceOf(value.GetString()!) is not { } place
                || (eventId is { } id && (place.EventId, place.Pointer) != (id, pointer)))
            {
                return false;
            }

            SubjectCipher.Decrypt(writer, value.GetString()!, found.GetValueOrDefault(place.Subject));
            return true;
        });

    private Personal? PersonalOf(StreamName stream, NewEvent newEvent)
    {
        var type = newEvent.Written?.Type ?? (newEvent.Data is UntypedEvent untyped ? untyped.Type : registry.NameOf(newEvent.Data.GetType()));
        if (type is null || !_rules.Contains(type))
        {
            return null;
        }

        var json = EventJson.ParseElement(registry.Write(newEvent).Json);
        var parts = new List<PersonalPart>();
        foreach (var rule in _rules[type])
        {
            if (PayloadBlank.Find(json, rule.SubjectPath).FirstOrDefault(subject => subject.Length > 0) is { } subject)
            {
                parts.Add(new PersonalPart(rule.Data, subject));
            }
            else if (HasValue(json, rule.Data))
            {
                throw new ArgumentException(
                    $"An event '{type}' has personal data at '{rule.Path}', and nothing at '{rule.Subject}' says whose, so that they cannot be encrypted. Nothing was written; name the subject, or leave the data out.");
            }
        }

        return parts.Count == 0 ? null : new Personal(newEvent.IdIn(stream), type, json, parts);
    }

    private static bool HasValue(JsonElement json, JsonPath path)
    {
        var has = false;
        JsonRewriting.AtPaths(json, new JsonPathSet([path]), (writer, value, _) =>
        {
            has |= value.ValueKind != JsonValueKind.Null && !(value.ValueKind == JsonValueKind.String && value.ValueEquals(""));
            value.WriteTo(writer);
        });
        return has;
    }

    // Encrypted before for this event and place, as in an import of what the store below has; any other text is a value like others.
    private static bool IsDone(JsonElement value, Guid eventId, string pointer, IReadOnlyDictionary<string, byte[]> found) =>
        value.ValueKind == JsonValueKind.String
        && SubjectCipher.PlaceOf(value.GetString()!) is { } place
        && (place.EventId, place.Pointer) == (eventId, pointer)
        && found.GetValueOrDefault(place.Subject) is { } key
        && SubjectCipher.IsOf(value.GetString()!, key);

    private static UntypedEvent Encrypt(Personal personal, IReadOnlyDictionary<string, byte[]> found, Dictionary<Guid, RecordedEvent> known)
    {
        if (personal.Parts.FirstOrDefault(part => !found.ContainsKey(part.Subject)) is { } forgotten)
        {
            // Appended again it is compared with what the log has, which nothing can be made of any more.
            return known.TryGetValue(personal.Id, out var stored) && stored.Type == personal.Type
                ? new UntypedEvent(personal.Type, stored.ToJsonElement())
                : throw new SubjectForgottenException(forgotten.Subject);
        }

        var json = personal.Json;
        foreach (var part in personal.Parts)
        {
            json = JsonRewriting.AtPaths(
                json,
                new JsonPathSet([part.Path]),
                (writer, value, place) => writer.WriteStringValue(
                    IsDone(value, personal.Id, place, found)
                        ? value.GetString()
                        : SubjectCipher.Encrypt(value, part.Subject, found[part.Subject], personal.Id, place)));
        }

        return new UntypedEvent(personal.Type, json);
    }

    private static NewEvent With(NewEvent newEvent, UntypedEvent data) => new(data, newEvent.Metadata)
    {
        Id = newEvent.Id,
        CorrelationId = newEvent.CorrelationId,
        IsNew = newEvent.IsNew,
    };

    private static ReadOnlyMemory<byte> JsonMemory(JsonElement json) => System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(json).ToArray();

    private sealed record Personal(Guid Id, string Type, JsonElement Json, IReadOnlyList<PersonalPart> Parts);

    private sealed record PersonalPart(JsonPath Path, string Subject);
}
