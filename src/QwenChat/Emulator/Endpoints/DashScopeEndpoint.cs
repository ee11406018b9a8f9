namespace QwenChat.Emulator.Endpoints;

/// <summary>The DashScope native API: text and multimodal generation (wire §5).</summary>
internal sealed class DashScopeEndpoint(Generator generator)
{
    public async Task<EmulatedAnswer> CreateAsync(string endpoint, ApiCall call)
    {
        try
        {
            return await AnswerAsync(DashScopeRequest.Read(endpoint, call), call).ConfigureAwait(false);
        }
        catch (ApiRefusal refusal) when (DashScopeRequest.AsksForStream(call.Request))
        {
            // If the request specifies streaming, an error is also streamed, with its status in the ":HTTP_STATUS/" line (wire §5.5).
            var error = StreamEvent.Of(ErrorWriter.Of(refusal, ErrorForm.Flat, call.RequestId), "error", refusal.Status);
            return new EventAnswer([error], EventFraming.Native);
        }
    }

    private async Task<EmulatedAnswer> AnswerAsync(DashScopeRequest request, ApiCall call)
    {
        Generation generation;
        try
        {
            generation = await generator.GenerateAsync(request.Generation, call).ConfigureAwait(false);
        }
        catch (ContextLengthRefusal refusal)
        {
            throw ApiRefusal.Parameter("<400> InternalError.Algo.InvalidParameter: " + refusal.Text);
        }
        var writer = new DashScopeAnswer(request, generation, call.RequestId);
        EmulatedAnswer answer = DashScopeRequest.AsksForStream(call.Request)
            ? new EventAnswer(writer.Events(), EventFraming.Native)
            : BodyAnswer.Json(200, writer.Whole());
        if (call.Partial)
            answer.Headers.Add(new("x-dashscope-partialresponse", "true"));
        return answer;
    }
}
