using System.Globalization;
using System.Text.Json.Nodes;
using Ledger.Agents;
using Ledger.Log;
using Ledger.Runs;
using Microsoft.Extensions.AI;

namespace Ledger.Writer;

/// <summary>Agents that decide, act and note, step by step. After a restart each goes on with its first step without a note.</summary>
/// <remarks>
/// The effect of an action is a file, which is there or not when the process is killed, and of which a folder can hold several for one action: the callee does not
/// protect itself. It cannot always tell what became of an action. Some actions of some agents need approval, for which they wait. Each call that is begun is a line
/// of output, so that the process can be killed in the middle of its work, however fast that is.
/// </remarks>
internal sealed class AgentLoad(AgentLedger ledger, int steps, string folder)
{
    private static readonly CallOptions Decision = new() { Estimate = new CallCost(0.01m) };

    public Task RunAsync(int agents) => Task.WhenAll(Enumerable.Range(0, agents).Select(n => Task.Run(() => WorkAsync(n))));

    private async Task WorkAsync(int agent)
    {
        using var scope = AgentScope.Open();
        var run = ledger.GetRun($"agent-{agent}");
        var done = (await run.GetWorldAsync()).Objects.Select(o => o.Id).ToHashSet(StringComparer.Ordinal);
        for (var step = 0; step < steps; step++)
        {
            if (done.Contains($"step-{step}"))
            {
                continue;
            }

            try
            {
                await StepAsync(run, agent, step);
            }
            catch (BudgetExceededException)
            {
                return;
            }
        }
    }

    private async Task StepAsync(Run run, int agent, int step)
    {
        var attempt = await run.BeginAttemptAsync($"step-{step}");
        var outcome = IsOfAChat(agent) ? await ChatAsync(attempt, agent, step) : await DecideAsync(attempt, agent, step);
        var note = new NewEvent(new ObjectCreated($"step-{step}", "Step", new JsonObject()), new EventMetadata { ForeignId = $"step-{step}" });
        await attempt.AppendAsync([note]);
        if (outcome is not null && outcome != $"acted {step}")
        {
            throw new InvalidOperationException($"Step {step} of agent {agent} was answered '{outcome}'.");
        }
    }

    // Every eighth agent is a chat client with functions, which it calls in parallel; every other answer is streamed.
    private static bool IsOfAChat(int agent) => agent % 8 == 7;

    private async Task<string?> ChatAsync(Run attempt, int agent, int step)
    {
        var act = AIFunctionFactory.Create(
            async (int agent, int step, AIFunctionArguments arguments, CancellationToken token) =>
            {
                var call = (CallContext)arguments.Context![LedgerFunctionExtensions.ContextKey]!;
                return (await MakeAsync(call, agent, step, token)).Content.GetString();
            },
            "act");
        var look = AIFunctionFactory.Create((int agent, int step) => $"agent {agent} looked at {step}", "look");
        var options = new ChatOptions { Tools = [act.UseLedger(attempt, ActionOf(agent, step)), look.UseLedger(attempt)] };
        using var client = new ScriptedChat(agent, step, () => BeginAsync(agent, step)).AsBuilder()
            .UseFunctionInvocation(configure: c =>
            {
                (c.AllowConcurrentInvocation, c.IncludeDetailedErrors) = (true, true);
                (c.MaximumConsecutiveErrorsPerRequest, c.MaximumIterationsPerRequest) = (1_000, 1_000);
            })
            .UseLedger(attempt, new CallOptions { Estimate = new CallCost(ScriptedChat.Price) })
            .Build();
        var response = step % 2 == 0
            ? await client.GetResponseAsync($"step {step}", options)
            : await client.GetStreamingResponseAsync($"step {step}", options).ToChatResponseAsync();
        var said = response.Messages.SelectMany(m => m.Contents).OfType<FunctionResultContent>().Select(r => r.Result?.ToString()).ToList();
        return response.Text.Trim() == $"done {step}"
            ? said.Find(result => result == $"acted {step}")
            : throw new InvalidOperationException($"Step {step} of agent {agent} ended with '{response.Text}'.");
    }

    private async Task<string?> DecideAsync(Run attempt, int agent, int step)
    {
        await attempt.CallAsync(
            "llm",
            $$"""{"model":"scripted","messages":["step {{step}}"]}""",
            async (_, token) =>
            {
                await BeginAsync(agent, step);
                await Task.Delay(Random.Shared.Next(10), token);
                return CallResponse.OfText("act") with { CostUsd = 0.01m };
            },
            Decision);
        return await ActAsync(attempt, agent, step);
    }

    private CallOptions ActionOf(int agent, int step) => new()
    {
        Effects = EffectPolicy.Reconcile,
        Reconcile = (call, _) => Task.FromResult(Ask(call, agent, step)),
        Estimate = new CallCost(0.02m),
        Approval = agent % 8 == 5 && step % 5 == 2 ? ApprovalPolicy.Required : ApprovalPolicy.None,
    };

    private async Task<string?> ActAsync(Run attempt, int agent, int step)
    {
        var action = ActionOf(agent, step);
        while (true)
        {
            try
            {
                return (await attempt.CallAsync(
                    "tool",
                    $$$"""{"tool":"act","arguments":{"agent":{{{agent}}},"step":{{{step}}}}}""",
                    (call, token) => MakeAsync(call, agent, step, token),
                    action)).Text;
            }
            catch (Exception e) when (e is CallUnknownException or ApprovalDeniedException)
            {
                return null;
            }
            catch (ApprovalPendingException)
            {
                await Task.Delay(20);
            }
            catch (Exception e) when (e is CallNotMadeException or TimeoutException or RecordedFailureException)
            {
                // The agent tries again.
            }
        }
    }

    private async Task<CallResponse> MakeAsync(CallContext call, int agent, int step, CancellationToken cancellationToken)
    {
        await BeginAsync(agent, step);
        await Task.Delay(Random.Shared.Next(20), cancellationToken);
        if (Random.Shared.Next(10) == 0)
        {
            throw new CallNotMadeException("busy");
        }

        var place = PlaceOf(agent);
        var name = string.Create(CultureInfo.InvariantCulture, $"{step}_{call.IdempotencyKey}_{Guid.NewGuid():N}");
        await File.Create(Path.Combine(place, name)).DisposeAsync();
        await Task.Delay(Random.Shared.Next(20), cancellationToken);
        return Random.Shared.Next(10) == 0 ? throw new TimeoutException("The answer got lost.") : CallResponse.OfText($"acted {step}") with { CostUsd = 0.02m };
    }

    private static Task BeginAsync(int agent, int step) => Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{agent} {step}"));

    private CallReconciliation Ask(CallContext call, int agent, int step) =>
        step % 7 == 3 ? CallReconciliation.Unknown
        : Directory.EnumerateFiles(PlaceOf(agent), $"*_{call.IdempotencyKey}_*").Any() ? CallReconciliation.Made(CallResponse.OfText($"acted {step}") with { CostUsd = 0.02m })
        : CallReconciliation.NotMade;

    private string PlaceOf(int agent) => Directory.CreateDirectory(Path.Combine(folder, agent.ToString(CultureInfo.InvariantCulture))).FullName;
}
