using System.Reflection;
using JasperFx;
using JasperFx.CodeGeneration;
using JasperFx.CodeGeneration.Frames;
using JasperFx.Core.Reflection;
using JasperFx.Events;
using Ledger.Wolverine.Sessions;
using Wolverine.Attributes;
using Wolverine.Configuration;
using Wolverine.Persistence.EventSourcing;
using Wolverine.Runtime.Handlers;

namespace Ledger.Wolverine.Handling;

/// <summary>Takes a handler that asks for a world, a run or an aggregate for an aggregate handler, without an attribute.</summary>
/// <remarks>Nobody else can give such a parameter. Where an attribute of Wolverine says what it is for, that counts.</remarks>
internal sealed class LedgerHandlerPolicy : IHandlerPolicy
{
    private readonly LedgerFrameProvider _provider = new();

    public void Apply(IReadOnlyList<HandlerChain> chains, GenerationRules rules, IServiceContainer container)
    {
        foreach (var chain in chains.Where(c => c.Handlers.Count > 0))
        {
            var call = chain.Handlers[0];
            if (chain.Handlers.SelectMany(h => h.Method.GetParameters()).Any(p => p.ParameterType == typeof(LedgerSession)))
            {
                _provider.ApplyTransactionSupport(chain, container);
            }

            if (chain.HasAttribute<DeciderFunctionAttribute>())
            {
                continue;
            }

            foreach (var parameter in call.Method.GetParameters())
            {
                if (parameter.ParameterType != chain.MessageType
                    && !parameter.HasAttribute<WolverineParameterAttribute>()
                    && LedgerFrameProvider.Owns(StateOf(parameter.ParameterType), container))
                {
                    Give(chain, call, parameter, rules, container);
                }
            }
        }
    }

    private void Give(HandlerChain chain, MethodCall call, ParameterInfo parameter, GenerationRules rules, IServiceContainer container)
    {
        var attribute = new WriteModelAttribute(NamesRun(chain.MessageType) ? "RunId" : null) { Required = false };
        if (attribute.FindIdentity(StateOf(parameter.ParameterType), typeof(string), chain) is not { } stream)
        {
            throw new InvalidOperationException(
                $"{call.HandlerType.FullNameInCode()}.{call.Method.Name} takes '{parameter.ParameterType.Name}', but {chain.MessageType.FullNameInCode()} "
                + "does not say of which run. Give it a text 'RunId' or 'Id', or mark a text or a StreamName with [Identity].");
        }

        if (parameter.ParameterType == typeof(Run) && ReturnsNothing(call.Method))
        {
            _provider.ApplyTransactionSupport(chain, container);
            var open = new OpenRunFrame(stream);
            chain.Middleware.Add(open);
            call.TrySetArgument(parameter.Name!, open.Run);
            return;
        }

        attribute.Modify(chain, parameter, container, rules);
    }

    private static Type StateOf(Type type) => type.Closes(typeof(IEventStream<>)) ? type.GetGenericArguments()[0] : type;

    private static bool NamesRun(Type message) => message.GetProperty("RunId", BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase) is not null;

    private static bool ReturnsNothing(MethodInfo method) =>
        method.ReturnType == typeof(void) || method.ReturnType == typeof(Task) || method.ReturnType == typeof(ValueTask);
}
