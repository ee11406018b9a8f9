namespace QwenChat.Emulator;

/// <summary>The DashScope native API: text and multimodal generation (qwen-api §5).</summary>
internal sealed class NativeEndpoint(Generator generator)
{
    public async Task<Answer> CreateAsync(string endpoint, ApiCall call)
    {
        try
        {
            return await AnswerAsync(NativeRequest.Read(endpoint, call), call).ConfigureAwait(false);
        }
        catch (ApiRefusal refusal) when (NativeRequest.AsksForStream(call.Request))
        {
            // To a request for a stream an error is a stream too, with its status in the comment line (qwen-api §5.5).
            var error = StreamEvent.Of(ErrorBody.Of(refusal, ErrorEnvelope.Flat, call.RequestId), "error", refusal.Status);
            return new EventAnswer([error], EventFraming.Native);
        }
    }

    private async Task<Answer> AnswerAsync(NativeRequest request, ApiCall call)
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
        var writer = new NativeAnswer(request, generation, call.RequestId);
        Answer answer = NativeRequest.AsksForStream(call.Request)
            ? new EventAnswer(writer.Events(), EventFraming.Native)
            : BodyAnswer.Json(200, writer.Whole());
        if (call.Partial)
            answer.Headers.Add(new("x-dashscope-partialresponse", "true"));
        return answer;
    }
}
