"""Third parties that ordinary sites use, by what they are for.

A new tag of one of these is worth a notice, not an alarm. The entries are host names; a host belongs to an
entry when it equals it or ends in `.` + it. Platforms where anybody publishes under a shared host
(`raw.githubusercontent.com`, form collectors, URL shorteners) are left out on purpose.
"""

from __future__ import annotations

from functools import lru_cache

_HOSTS: dict[str, str] = {
    "tag": """googletagmanager.com tagmanager.google.com assets.adobedtm.com tags.tiqcdn.com tealiumiq.com
        cdn.segment.com segment.io ensighten.com commander1.com tagcommander.com""",
    "analytics": """google-analytics.com ssl.google-analytics.com analytics.google.com hm.baidu.com
        tongji.baidu.com cnzz.com umeng.com 51.la sensorsdata.cn growingio.com hotjar.com hotjar.io
        clarity.ms matomo.cloud innocraft.cloud plausible.io usefathom.com simpleanalyticscdn.com
        static.cloudflareinsights.com cloudflareinsights.com mc.yandex.ru mc.yandex.com
        metrika.yandex.ru top-fwz1.mail.ru counter.yadro.ru counter.rambler.ru
        liveinternet.ru statcounter.com chartbeat.com scorecardresearch.com quantserve.com quantcount.com
        nr-data.net js-agent.newrelic.com cdn.mxpnl.com mixpanel.com amplitude.com heapanalytics.com
        fullstory.com         mouseflow.com crazyegg.com luckyorange.com omtrdc.net demdex.net
        optimizely.com vwo.com
        visualwebsiteoptimizer.com parsely.com piwik.pro etracker.com etracker.de ioam.de
        wcs.naver.net logger.co.kr acecounter.com wlog.kr""",
    "ads": """doubleclick.net googlesyndication.com googleadservices.com adservice.google.com
        amazon-adsystem.com adnxs.com criteo.com criteo.net taboola.com outbrain.com pubmatic.com
        rubiconproject.com openx.net casalemedia.com smartadserver.com adform.net teads.tv media.net
        moatads.com adsrvr.org bing.com bat.bing.com ads.linkedin.com ads-twitter.com
        pos.baidu.com cpro.baidustatic.com cbjs.baidu.com tanx.com mediav.com yandex.ru
        an.yandex.ru yastatic.net adfox.ru mail.ru kakaocdn.net adlightning.com""",
    "cdn": """cdn.jsdelivr.net fastly.jsdelivr.net unpkg.com cdnjs.cloudflare.com ajax.googleapis.com
        code.jquery.com stackpath.bootstrapcdn.com maxcdn.bootstrapcdn.com netdna.bootstrapcdn.com
        ajax.aspnetcdn.com ajax.microsoft.com cdn.bootcss.com cdn.bootcdn.net lib.baomitu.com
        cdn.staticfile.org cdn.staticfile.net polyfill-fastly.io cdn.skypack.dev esm.sh
        kit.fontawesome.com use.fontawesome.com pro.fontawesome.com ka-f.fontawesome.com
        cdn.tailwindcss.com yui.yahooapis.com cdn.datatables.net cdn.ckeditor.com cdn.tiny.cloud
        cdn.plot.ly cdn.mathjax.org lf3-cdn-tos.bytecdntp.com lf6-cdn-tos.bytecdntp.com""",
    "font": """fonts.googleapis.com fonts.gstatic.com use.typekit.net p.typekit.net fast.fonts.net
        fonts.bunny.net rsms.me at.alicdn.com fonts.loli.net fonts.font.im""",
    "video": """youtube.com youtube-nocookie.com ytimg.com youtu.be player.vimeo.com vimeo.com
        player.bilibili.com bilibili.com hdslb.com v.qq.com player.youku.com dailymotion.com
        wistia.com wistia.net fast.wistia.net brightcove.com brightcove.net players.brightcove.net
        jwplayer.com jwpcdn.com jwpsrv.com player.twitch.tv embed.ted.com rutube.ru
        tv.naver.com nicovideo.jp open.spotify.com w.soundcloud.com soundcloud.com podcasts.apple.com""",
    "map": """maps.google.com maps.googleapis.com maps.gstatic.com api.map.baidu.com webapi.amap.com
        map.qq.com api.mapbox.com openstreetmap.org api-maps.yandex.ru map.naver.com openapi.map.naver.com
        dapi.kakao.com dev.virtualearth.net js.arcgis.com unpkg.com""",
    "social": """facebook.com connect.facebook.net fbcdn.net instagram.com cdninstagram.com twitter.com
        x.com platform.twitter.com twimg.com linkedin.com platform.linkedin.com licdn.com pinterest.com
        pinimg.com assets.pinterest.com tiktok.com tumblr.com reddit.com redditstatic.com
        vk.com ok.ru connect.ok.ru weibo.com weibo.cn service.weibo.com connect.qq.com qzone.qq.com
        open.weixin.qq.com mp.weixin.qq.com res.wx.qq.com douban.com zhihu.com line.me social-plugins.line.me
        t.me telegram.me whatsapp.com wa.me api.whatsapp.com mastodon.social bsky.app
        addthis.com addtoany.com static.addtoany.com sharethis.com platform-api.sharethis.com
        snapchat.com sc-static.net threads.net xing.com github.com gitlab.com medium.com
        apps.apple.com itunes.apple.com play.google.com wikipedia.org wikimedia.org wordpress.org""",
    "chat": """intercom.io intercomcdn.com tawk.to embed.tawk.to crisp.chat client.crisp.chat
        zdassets.com zendesk.com zopim.com livechatinc.com livechat.com olark.com drift.com driftt.com
        tidio.co tidiochat.com jivosite.com jivo.ru smartsupp.com userlike.com freshchat.com
        freshworks.com hs-scripts.com hs-analytics.net hsforms.net hubspot.com meiqia.com udesk.cn
        53kf.com qiyukf.com channel.io""",
    "captcha": """recaptcha.net www.gstatic.com hcaptcha.com challenges.cloudflare.com geetest.com
        static.geetest.com captcha.qq.com turing.captcha.qcloud.com smartcaptcha.yandexcloud.net""",
    "consent": """cookielaw.org cdn.cookielaw.org onetrust.com cookiebot.com consent.cookiebot.com
        iubenda.com cdn.iubenda.com usercentrics.eu app.usercentrics.eu trustarc.com consent.trustarc.com
        quantcast.com quantcast.mgr.consensu.org didomi.io sdk.privacy-center.org osano.com cookieyes.com
        termly.io sourcepoint.com privacy-mgmt.com klaro.org""",
    "payment": """js.stripe.com checkout.stripe.com m.stripe.network paypal.com paypalobjects.com
        checkout.paypal.com braintreegateway.com adyen.com checkoutshopper-live.adyen.com square.com
        squareup.com klarna.com x.klarnacdn.net alipay.com alipayobjects.com pay.google.com
        applepay.cdn-apple.com mollie.com razorpay.com checkout.razorpay.com payu.com tosspayments.com""",
    "standard": """w3.org schema.org ogp.me purl.org xmlns.com json-schema.org gmpg.org openid.net rdfs.org
        data-vocabulary.org creativecommons.org opensource.org gnu.org apache.org mozilla.org whatwg.org
        ietf.org
        jquery.com jquery.org getbootstrap.com fontawesome.com reactjs.org react.dev vuejs.org angular.io
        nodejs.org npmjs.com mit-license.org""",
    "widget": """trustpilot.com widget.trustpilot.com tripadvisor.com jscache.com trustedshops.com
        typeform.com calendly.com eventbrite.com opentable.com booking.com yelp.com feefo.com bazaarvoice.com
        yotpo.com judge.me loox.io elfsight.com apps.elfsight.com powr.io weatherwidget.io forecast7.com
        tradingview.com investing.com coinmarketcap.com coingecko.com issuu.com slideshare.net scribd.com
        codepen.io jsfiddle.net gist.github.com curator.io juicer.io flickr.com staticflickr.com giphy.com
        embed.reddit.com imgur.com datawrapper.de datawrapper.dwcdn.net flourish.studio public.flourish.studio
        infogram.com thinglink.com padlet.com genially.com airtable.com sketchfab.com matterport.com
        accuweather.com openweathermap.org windy.com meteoblue.com weather.com tianqi.com
        trustarc.com provenexpert.com ausgezeichnet.org etrusted.com shopvote.de reviews.io sendpulse.com
        usabilla.com surveymonkey.com survicate.com qualtrics.com jotform.com formstack.com""",
    "comment": """disqus.com disquscdn.com utteranc.es giscus.app commento.io
        livere.com changyan.sohu.com""",
    "errors": """browser.sentry-cdn.com sentry.io js.sentry-cdn.com bugsnag.com d2wy8f7a9ursnm.cloudfront.net
        rollbar.com datadoghq-browser-agent.com trackjs.com raygun.io""",
    "mailing": """list-manage.com mailchimp.com chimpstatic.com mailerlite.com sendinblue.com brevo.com
        sibforms.com klaviyo.com static.klaviyo.com convertkit.com constantcontact.com getresponse.com
        onesignal.com cdn.onesignal.com pushwoosh.com""",
    "accelerator": """cdn.ampproject.org gstatic.com cdn.shopify.com static.wixstatic.com
        parastorage.com squarespace-cdn.com static.squarespace.com s.w.org i0.wp.com i1.wp.com i2.wp.com
        stats.wp.com s0.wp.com secure.gravatar.com gravatar.com www.google.com translate.google.com
        cse.google.com apis.google.com accounts.google.com appleid.cdn-apple.com""",
}

KIND_OF: dict[str, str] = {host: kind for kind, hosts in _HOSTS.items() for host in hosts.split()}

# Publishing to these needs nothing but an account, so only the well-known packages count as known.
OPEN_CDNS = ("cdn.jsdelivr.net", "fastly.jsdelivr.net", "unpkg.com", "esm.sh", "cdn.skypack.dev")
_PACKAGES = """
    jquery jquery-ui jquery-migrate bootstrap popper.js @popperjs react react-dom vue vue-router vuex pinia
    axios lodash underscore moment dayjs d3 three chart.js echarts highcharts apexcharts swiper slick-carousel
    owl.carousel flickity aos animate.css wow.js gsap lottie-web alpinejs @alpinejs htmx.org htmx-ext-sse
    htmx-ext-ws htmx-ext-response-targets @hotwired turbolinks stimulus angular @angular
    ember-source preact svelte backbone knockout mustache handlebars marked markdown-it highlight.js
    @highlightjs prismjs mathjax katex mermaid codemirror ace-builds monaco-editor tinymce ckeditor
    @ckeditor quill simplemde select2 choices.js tom-select chosen-js flatpickr
    air-datepicker sweetalert2 toastr izitoast
    notyf datatables.net datatables.net-bs5 ag-grid-community tabulator-tables sortablejs dragula
    leaflet ol mapbox-gl video.js plyr hls.js dashjs flv.js photoswipe lightbox2 @fancyapps
    fancybox magnific-popup lightgallery lazysizes vanilla-lazyload masonry-layout isotope-layout
    imagesloaded headroom.js instant.page quicklink workbox-sw core-js regenerator-runtime whatwg-fetch
    es6-promise babel-polyfill modernizr html5shiv respond.js normalize.css bulma foundation-sites
    semantic-ui fomantic-ui-css uikit materialize-css @material @mdi material-icons tailwindcss daisyui
    @tailwindcss @fontsource @fontsource-variable
    font-awesome @fortawesome bootstrap-icons remixicon boxicons feather-icons ionicons simple-icons
    element-ui element-plus ant-design-vue antd vant layui layer mescroll.js clipboard js-cookie crypto-js
    socket.io-client sockjs-client stompjs rxjs zone.js fuse.js lunr algoliasearch instantsearch.js
    docsearch.js @docsearch docsify gitalk valine @waline twikoo typed.js particles.js
    vanilla-tilt parallax-js smoothscroll-polyfill web-vitals @sentry jspdf html2canvas qrcode qrcodejs
    jsbarcode papaparse xlsx pdfjs-dist pwa-install intersection-observer picturefill
    focus-visible a11y-dialog tippy.js cookieconsent vanilla-cookieconsent
    iframe-resizer swagger-ui-dist redoc asciinema-player bootstrap-table bootstrap-select
    bootstrap-datepicker admin-lte @tabler @coreui sb-admin
"""
PACKAGES = frozenset(_PACKAGES.split())


@lru_cache(maxsize=20_000)
def kind_of(host: str) -> str | None:
    """What a well-known third party is for, or None for a host we don't know."""
    labels = host.lower().split(".")
    for start in range(len(labels) - 1):
        kind = KIND_OF.get(".".join(labels[start:]))
        if kind is not None:
            return kind
    return None


def is_known_file(host: str, path: str) -> bool:
    """Whether a script or style sheet of this host is one of a well-known third party.

    On a CDN that serves whatever anybody publishes, the package has to be a well-known one.
    """
    if kind_of(host) is None:
        return False
    if host not in OPEN_CDNS:
        return True
    parts = [part for part in path.split("/") if part]
    if host.endswith("jsdelivr.net"):
        if parts[:1] == ["combine"]:
            parts = ["npm", *parts[2:]]
        if parts[:1] != ["npm"]:
            return False
        parts = parts[1:]
    name = parts[0] if parts else ""
    return ("@" + name[1:].partition("@")[0] if name.startswith("@") else name.partition("@")[0]) in PACKAGES
