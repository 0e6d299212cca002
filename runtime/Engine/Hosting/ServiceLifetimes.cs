using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Bundled;

/// <summary>Knows which services are singletons, so that grains which need only those are made without a scope of their own.</summary>
internal sealed class ServiceLifetimes(IServiceCollection services)
{
    public bool IsSingleton(Type service)
    {
        ServiceDescriptor? found = null;
        var open = service.IsConstructedGenericType ? service.GetGenericTypeDefinition() : null;
        foreach (var descriptor in services)
        {
            if (descriptor.IsKeyedService)
            {
                continue;
            }

            // A closed registration wins over an open one, and a later one over an earlier one.
            if (descriptor.ServiceType == service || (descriptor.ServiceType == open && found?.ServiceType != service))
            {
                found = descriptor;
            }
        }

        return found?.Lifetime == ServiceLifetime.Singleton;
    }
}
