using System.Security.Claims;
using System.Text.Json;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Explorer.Rendering;
using Ledger.Forgetting;

namespace Ledger.Explorer.Api;

/// <summary>Payloads that are masked.</summary>
internal static class MasksResource
{
    /// <summary>The route.</summary>
    public static ApiRoute Route { get; } = new("POST", "/masks", "Replaces payloads of events in place, for good, and says so in the log. 403 unless the application allows it, and the token has the right to mask.", MaskAsync)
    {
        Json = ContractContext.Default.MaskContract,
        Body = ContractContext.Default.MaskBodyRequest,
        Success = 200,
        Refusals = [403, 404, 409, 415],
    };

    private static async Task MaskAsync(ExplorerRequest request)
    {
        request.CheckMasking();
        var body = await JsonBody.ReadAsync(request, ContractContext.Default.MaskBodyRequest).ConfigureAwait(false);
        var isDry = body.Text("dry_run") switch
        {
            null or "off" => false,
            "on" => true,
            var other => throw new BadRequestException($"'dry_run' must be on or off, but was '{DisplayText.Cut(other, 60)}'."),
        };
        var (mask, rules) = Read(body, NameOf(request.Http.User) ?? (body.Text("by") is { } claimed ? $"claimed: {claimed}" : null));
        EventMasking masking;
        try
        {
            masking = new EventMasking(request.Explorer.Ledger.Store, rules);
        }
        catch (ArgumentException fault)
        {
            throw new ConflictException(fault.Message.Split(" (Parameter", 2)[0]);
        }

        var report = isDry
            ? await masking.PlanAsync(mask, request.Aborted).ConfigureAwait(false)
            : await masking.MaskAsync(mask, request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, MaskContract.Of(report, isDry), ContractContext.Default.MaskContract).ConfigureAwait(false);
    }

    // Who is authenticated by a token or by the application. A person who is, but has no name, asked for it all the same, so that no other name stands there.
    private static string? NameOf(ClaimsPrincipal user) => user.Identities.FirstOrDefault(identity => identity.IsAuthenticated) is not { } identity
        ? null
        : new[] { identity.NameClaimType, ClaimTypes.NameIdentifier, "sub" }.Select(type => identity.FindFirst(type)?.Value).FirstOrDefault(name => !string.IsNullOrWhiteSpace(name))
            ?? "an authenticated user without a name";

    private static (MaskRequest Request, IReadOnlyList<PersonalDataRule> Rules) Read(JsonBody body, string? by)
    {
        var (events, stream, subject, reason) = (body.Texts("events"), body.Text("stream"), body.Text("subject"), body.Text("reason"));
        if (new[] { events.Count > 0, stream is not null, subject is not null }.Count(given => given) != 1)
        {
            throw new BadRequestException("The body must have one of 'events', 'stream' and 'subject'.");
        }

        if (string.IsNullOrWhiteSpace(reason))
        {
            throw new BadRequestException("The body lacks 'reason': why; it is written into the log.");
        }

        try
        {
            var rules = body.FindArray("rules") is { } array
                ? [.. array.Deserialize(ContractContext.Default.IReadOnlyListPersonalDataContract)!.Select(rule => rule is null ? throw new JsonException("A rule is null.") : new PersonalDataRule(rule.Type, rule.Path, rule.Subject))]
                : (IReadOnlyList<PersonalDataRule>)[];
            if ((subject is null) != (rules.Count == 0))
            {
                throw new BadRequestException("'subject' needs 'rules', and these are for nothing else.");
            }

            var mask = subject is not null ? MaskRequest.OfSubject(subject, reason)
                : stream is not null ? MaskRequest.OfStream(new StreamName(stream), reason)
                : MaskRequest.OfEvents([.. events.Select(Guid.Parse)], reason);
            return (mask with { By = by, EventType = body.Text("type"), Paths = body.Texts("paths") }, rules);
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or JsonException)
        {
            throw new BadRequestException(fault.Message.Split(" (Parameter", 2)[0]);
        }
    }
}
